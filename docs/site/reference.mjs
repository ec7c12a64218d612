// The reference of the package's types, as Markdown, by TypeDoc.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Application, Converter, ReflectionKind } from "typedoc";

/** The declarations that a user's import finds. */
const ENTRIES = ["mamba.d.ts", "element/types.d.ts", "ai.d.ts"];

/** The priority with which the plugin adds the types that are needed. */
const MISSING_EXPORTS = 1e9;

/**
 * @param {import("typedoc").ProjectReflection} project
 * @param {ReflectionKind} kind
 * @param {(one: import("typedoc").DeclarationReflection) => boolean} isUseless
 */
function remove(project, kind, isUseless) {
  for (const one of project.getReflectionsByKind(kind)) {
    if (isUseless(/** @type {import("typedoc").DeclarationReflection} */ (one))) project.removeReflection(one);
  }
}

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
  const { converter } = app;
  // Objects come from functions, so constructors and what they take are nobody's matter.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => remove(project, ReflectionKind.Constructor, () => true), 2 * MISSING_EXPORTS);
  // A module that passes a type on has an alias of the same name, which says nothing.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => remove(project, ReflectionKind.TypeAlias, ({ name, type }) => type?.type === "reference" && type.name === name), MISSING_EXPORTS / 2);
  const project = await app.convert();
  if (!project || app.logger.hasErrors()) throw new Error("TypeDoc could not read the declarations.");
  await app.generateOutputs(project);
}
