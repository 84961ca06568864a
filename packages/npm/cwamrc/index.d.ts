/**
 * Flags of the command, without dashes and in camel case: `{ optLevel: 0 }` is `--opt-level=0`, and
 * `{ enableDumpCallStack: true }` is `--enable-dump-call-stack`. A list is separated by commas.
 */
export interface Options {
  /** The machine: "x86_64", "aarch64", "riscv64", or a triple. Default: this machine. */
  target?: string;
  /** LLVM's name of a CPU. Default: the minimum CPU of the target, or that of this machine. */
  cpu?: string;
  /** Features to use or not to use: "+avx2,-bmi". */
  cpuFeatures?: string;
  /** From 0, which compiles fastest, to 3, the default, which makes the fastest code. */
  optLevel?: 0 | 1 | 2 | 3;
  /** 1 for runtimes without guard pages. */
  boundsChecks?: 0 | 1;
  /** "aot" (the default), "object", "clif", "asm" or "universal". */
  format?: string;
  /** The release of WAMR that loads the file: "2.4.5", "2.3" or "main". */
  wamrVersion?: string;
  /** Any other flag. */
  [flag: string]: string | number | boolean | readonly string[] | undefined;
}

/** A module cannot be compiled, or an option is wrong. */
export class CompileError extends Error {
  /** The byte of the module that caused it, counted from the start, if one is known. */
  readonly offset: number | undefined;
  /** What can be done about it, if anything. */
  readonly hint: string | undefined;
  /** The command's: 1 for bad input, 2 for bad usage; the name of a signal that ended it. */
  readonly exitCode: number | string | undefined;
}

/**
 * Compiles a WebAssembly module, binary or text, and returns the .aot file. Warnings of the
 * compiler are warnings of the process.
 */
export function compile(bytes: Uint8Array, options?: Options): Promise<Uint8Array>;
