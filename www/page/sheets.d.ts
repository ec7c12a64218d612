// What `import` gives of a style sheet: its text (scripts/styles.mjs).
declare module "*.css" {
  const text: string;
  export default text;
}
