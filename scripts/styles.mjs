// Style sheets of shadow roots are parts of the programs: `import text from "./x.css"`. A sheet that lies beside a program would
// be moved by the bundlers of other people's pages, and the fonts that it names would be left behind.

import { copyFile, readdir } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

/** @returns {import("esbuild").Plugin} */
export const stylesAreText = () => ({
  name: "style sheets that a module imports are texts",
  setup({ initialOptions: { absWorkingDir = ".", nodePaths }, onResolve, onLoad }) {
    // A comment of the program has this path, so it must not show where the sources lie on this machine.
    onResolve({ filter: /\.css$/ }, ({ kind, path: name, resolveDir }) =>
      kind === "import-statement" ? { path: path.relative(absWorkingDir, path.resolve(resolveDir, name)), namespace: "styles" } : null,
    );
    onLoad({ filter: /./, namespace: "styles" }, async ({ path: file }) => {
      const { outputFiles } = await build({
        absWorkingDir,
        nodePaths,
        entryPoints: [file],
        bundle: true,
        write: false,
        target: "esnext",
        minify: true,
        logLevel: "warning",
        external: ["*.woff2", "*.woff", "*.ttf"],
      });
      // Fonts are named by the program (www/page/markdown/fonts.js).
      return { contents: outputFiles[0].text.replace(/@font-face\{[^}]*\}/g, ""), loader: "text" };
    });
  },
});

/** Copies the fonts of formulas beside the programs (www/page/markdown/fonts.js). @param {string} packages node_modules @param {string} folder */
export async function copyFonts(packages, folder) {
  const fonts = path.join(packages, "katex/dist/fonts");
  // Browsers that know WebAssembly know woff2.
  const names = (await readdir(fonts)).filter((name) => name.endsWith(".woff2"));
  await Promise.all(names.map((name) => copyFile(path.join(fonts, name), path.join(folder, name))));
  return names;
}
