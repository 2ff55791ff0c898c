/** What Vite makes of a module that is to be a worker: its address. */
declare module "*?worker&url" {
  const address: string;
  export default address;
}
