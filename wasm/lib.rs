//! The engine as a WebAssembly module. Each build for the browser is a crate of its own whose library is this file, and
//! only its features differ. So each has its own file in the target folder, and none is compiled because another one was.

// What it exports to JavaScript is in `mamba_web::web`.
extern crate mamba_web as _;
