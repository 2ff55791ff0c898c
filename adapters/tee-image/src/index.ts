export { type BuiltImage, buildImage, type ImageRequest } from "./image.ts";
export { type InstalledPackages, installPackages } from "./install.ts";
export { type LockedPackage, latestLock, type PackageLock, readLock } from "./lock.ts";
