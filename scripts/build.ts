import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const views = ['runHistory', 'modelCard', 'drift', 'profile', 'labelling', 'start', 'sourcePreview'] as const;
// What stays outside the bundles: what has native parts, and what `pg` would only use if a person had installed it.
const natives = ['better-sqlite3', '@duckdb/node-api', '@tensorflow/tfjs-node', 'onnxruntime-node', 'pg-native'];

export interface BuildOptions {
  watch?: boolean;
  /** Also bundle the suite that runs inside VS Code. */
  tests?: boolean;
  /**
   * Where the bundles go. Files are written over, never deleted first: a running engine or editor may be reading them.
   */
  out?: string;
}

/**
 * Builds everything that ships into dist/; returns the files that were bundled, relative to the root. Throws when a
 * bundle has errors; with `watch` it keeps rebuilding, and returns none.
 */
export async function build({ watch = false, tests = true, out = dist }: BuildOptions = {}): Promise<string[]> {
  mkdirSync(join(out, 'webviews'), { recursive: true });
  copyAssets(out);
  writeFileSync(join(out, 'cli.cjs'), cliEntry, { mode: 0o755 });
  const plans = [
    ...nodePlans(watch, out),
    webviewPlan(watch, out),
    chartsPlan(watch, out),
    ...(tests ? testPlans(out) : []),
  ];
  if (watch) {
    for (const plan of plans)
      await (await esbuild.context({ ...plan, plugins: [...(plan.plugins ?? []), announce] })).watch();
    return [];
  }
  // One bundle that fails does not take the others with it.
  const results = await Promise.allSettled(plans.map((plan) => esbuild.build({ ...plan, metafile: true })));
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length > 0) throw new Error(failed.map((result) => String(result.reason)).join('\n'));
  return results.flatMap((result) => (result.status === 'fulfilled' ? Object.keys(result.value.metafile.inputs) : []));
}

function nodePlans(watch: boolean, out: string): esbuild.BuildOptions[] {
  const common: esbuild.BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: !watch,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    mainFields: ['module', 'main'],
    loader: { '.sql': 'text', '.md': 'text' },
  };
  const own = { define: { 'import.meta.url': 'importMetaUrl' } };
  // Engine code finds its assets beside the bundle, as it finds them beside its source.
  const banner = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";
  const plans: esbuild.BuildOptions[] = [
    {
      ...common,
      entryPoints: ['client/extension.ts'],
      outfile: join(out, 'client.cjs'),
      external: ['vscode'],
      plugins: [lspApart],
      supported: { 'dynamic-import': false },
    },
    {
      ...common,
      entryPoints: ['client/language/lspClient.ts'],
      outfile: join(out, 'lspClient.cjs'),
      external: ['vscode'],
    },
  ];
  if (present('server/main.ts')) {
    plans.push({
      ...common,
      ...own,
      entryPoints: ['server/main.ts'],
      outfile: join(out, 'server.cjs'),
      external: natives,
      banner: { js: banner },
      plugins: [noTopLevelAwait],
    });
    plans.push({
      ...common,
      ...own,
      entryPoints: ['server/facts/main.ts'],
      outfile: join(out, 'facts.cjs'),
      external: natives,
      banner: { js: banner },
    });
  }
  if (present('cli/main.ts')) {
    // TensorFlow.js is kept on its CommonJS builds: its ES ones resolve circular imports in another order.
    const cli = {
      ...common,
      ...own,
      mainFields: ['main', 'module'],
      keepNames: true,
      plugins: [noTopLevelAwait],
      alias: { 'vscode-jsonrpc/node.js': 'vscode-jsonrpc/node' },
    };
    plans.push({
      ...common,
      entryPoints: ['webviews/saved/main.ts'],
      outfile: join(out, 'savedViews.cjs'),
      define: { 'process.env.NODE_ENV': '"production"' },
      loader: { '.css': 'text', '.ttf': 'dataurl' },
    });
    plans.push({
      ...common,
      ...own,
      entryPoints: ['engine/data/sources/sqliteRows/main.ts'],
      outfile: join(out, 'sqliteRows.cjs'),
      external: natives,
      banner: { js: banner },
    });
    plans.push({
      ...common,
      ...own,
      entryPoints: ['engine/data/logs/scanThread/main.ts'],
      outfile: join(out, 'scanThread.cjs'),
      external: natives,
      banner: { js: banner },
    });
    plans.push({
      ...cli,
      entryPoints: ['cli/main.ts'],
      outfile: join(out, 'engine.cjs'),
      external: natives,
      banner: { js: banner },
    });
  }
  return plans;
}

function webviewPlan(watch: boolean, out: string): esbuild.BuildOptions {
  const entryPoints = Object.fromEntries(views.map((view) => [view, `webviews/${view}/main.ts`]));
  return { ...browserCode(watch), entryPoints, outdir: join(out, 'webviews'), format: 'iife', plugins: [chartsApart] };
}

/**
 * What the run history imports when it is first needed: a module, so that a script with the page's nonce may import it.
 */
function chartsPlan(watch: boolean, out: string): esbuild.BuildOptions {
  return {
    ...browserCode(watch),
    entryPoints: ['webviews/runHistory/compare/charts.ts'],
    outfile: join(out, 'webviews', chartsFile),
    format: 'esm',
  };
}

function browserCode(watch: boolean): esbuild.BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    minify: !watch,
    sourcemap: watch ? 'inline' : false,
    legalComments: 'none',
    logLevel: 'warning',
  };
}

function testPlans(out: string): esbuild.BuildOptions[] {
  if (!present('test/editor/index.ts')) return [];
  return [
    {
      absWorkingDir: root,
      entryPoints: ['test/editor/index.ts'],
      outfile: join(out, 'test/editor/index.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      sourcemap: 'inline',
      logLevel: 'warning',
      external: ['vscode', 'mocha'],
    },
  ];
}

function copyAssets(out: string): void {
  const wasm = join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  if (existsSync(wasm)) {
    for (const file of readdirSync(wasm).filter((name) => name.endsWith('.wasm')))
      copyFileSync(join(wasm, file), join(out, file));
  }
  // The plain build of ONNX Runtime; the others of its package are for graphics cards in browsers.
  const onnx = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  for (const file of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'])
    copyFileSync(join(onnx, file), join(out, file));
  const codicons = join(root, 'node_modules/@vscode/codicons/dist');
  for (const file of ['codicon.css', 'codicon.ttf']) copyFileSync(join(codicons, file), join(out, 'webviews', file));
}

function present(file: string): boolean {
  const found = existsSync(join(root, file));
  if (!found) console.log(`skipped ${file}: not written yet`);
  return found;
}

// Compiling the engine is most of a start; with Node's cache it is done once and not each time.
const cliEntry = "#!/usr/bin/env node\nrequire('node:module').enableCompileCache?.();\nrequire('./engine.cjs');\n";

// The LSP library is most of the client's code and none of its activation: it is a file of its own, required when it is
// needed.
const lspApart: esbuild.Plugin = {
  name: 'lspApart',
  setup(plan) {
    plan.onResolve({ filter: /\/lspClient\.ts$/ }, (found) =>
      found.kind === 'dynamic-import' ? { path: './lspClient.cjs', external: true } : undefined,
    );
  },
};

const chartsFile = 'runHistoryCharts.js';

// ECharts is two thirds of the run history's code and draws two of its tabs.
const chartsApart: esbuild.Plugin = {
  name: 'chartsApart',
  setup(plan) {
    plan.onResolve({ filter: /\/charts\.ts$/ }, (found) =>
      found.kind === 'dynamic-import' ? { path: `./${chartsFile}`, external: true } : undefined,
    );
  },
};

// CommonJS has no await at the top. A program's last `await main()` may as well be left to the event loop: a rejection
// ends the process either way.
const noTopLevelAwait: esbuild.Plugin = {
  name: 'noTopLevelAwait',
  setup(plan) {
    plan.onLoad({ filter: /[\\/](cli|server)[\\/]main\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^await /gm, 'void '),
      loader: 'ts',
    }));
  },
};

// The two lines are what the background problem matcher of .vscode/tasks.json waits for.
const announce: esbuild.Plugin = {
  name: 'announce',
  setup(plan) {
    plan.onStart(() => console.log('build started'));
    plan.onEnd((result) => console.log(`build finished with ${result.errors.length} errors`));
  },
};

function report(): void {
  for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.(cjs|js|css)$/.test(file.name)) continue;
    const path = join(file.parentPath, file.name);
    console.log(`${(statSync(path).size / 1024).toFixed(0).padStart(7)} KB  ${relative(root, path)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const watch = process.argv.includes('--watch');
  try {
    await build({ watch });
    if (!watch) report();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
