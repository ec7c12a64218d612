// The reference of the package's types, as Markdown, by TypeDoc.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Application } from "typedoc";

/** The declarations that a user's import finds. */
const ENTRIES = ["mamba.d.ts", "element/types.d.ts", "ai.d.ts"];

/** @param {string} types the folder of the declarations @param {string} out where the Markdown goes */
export async function writeReference(types, out) {
  const files = ENTRIES.map((name) => path.join(types, name));
  const tsconfig = path.join(types, "tsconfig.json");
  const compilerOptions = { target: "es2022", module: "nodenext", lib: ["es2023", "dom", "dom.iterable"], skipLibCheck: true, types: [] };
  await writeFile(tsconfig, JSON.stringify({ compilerOptions, files }));
  const app = await Application.bootstrapWithPlugins(
    /** @type {any} */ ({
      entryPoints: files,
      tsconfig,
      plugin: ["typedoc-plugin-markdown", "typedoc-plugin-missing-exports"],
      logLevel: "Warn",
      outputs: [{ name: "markdown", path: out }],
      readme: "none",
      router: "module",
      // What the DOM's own elements have is documented elsewhere.
      excludeExternals: true,
      disableSources: true,
      placeInternalsInOwningModule: true,
      hideBreadcrumbs: true,
      hidePageHeader: true,
      hidePageTitle: true,
      useCodeBlocks: true,
      useHTMLAnchors: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      typeDeclarationFormat: "table",
    }),
  );
  const project = await app.convert();
  if (!project || app.logger.hasErrors()) throw new Error("TypeDoc could not read the declarations.");
  await app.generateOutputs(project);
}
