// The build with threads has the surface of the plain one.
export * from "./mamba_web.js";
export { default } from "./mamba_web.js";
