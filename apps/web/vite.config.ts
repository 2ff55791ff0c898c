import process from "node:process";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Relative addresses, so that a relay may serve it under any path; nothing inline, so that the CSP needs no hashes. */
export default defineConfig(({ command }) => {
  // A build is the same whoever starts it: tests, too, set another environment.
  if (command === "build") process.env["NODE_ENV"] = "production";
  return {
    base: "./",
    plugins: [react()],
    build: {
      outDir: "dist/site",
      emptyOutDir: true,
      target: ["chrome123", "firefox121", "safari17.5"],
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
      reportCompressedSize: false,
      // One file is one request; all of it is needed for the first message.
      chunkSizeWarningLimit: 1000,
    },
  };
});
