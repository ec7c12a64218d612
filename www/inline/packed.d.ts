// What scripts/inline.mjs makes of the built program.

/** A worker's program. */
declare module "packed:worker" {
  const text: string;
  export default text;
}
declare module "packed:helper" {
  const text: string;
  export default text;
}

/** A wasm, packed with gzip, in base64. */
declare module "packed:plain" {
  const text: string;
  export default text;
  /** Its length, unpacked. */
  export const bytes: number;
}
declare module "packed:relaxed" {
  export { default, bytes } from "packed:plain";
}
declare module "packed:threads" {
  export { default, bytes } from "packed:plain";
}
declare module "packed:guide" {
  export { default, bytes } from "packed:plain";
}

/** Name of a font -> its woff2 file in base64. */
declare module "packed:fonts" {
  const files: Record<string, string>;
  export default files;
}
