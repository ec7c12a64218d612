// Lets the browser compile all kernels at once.
//
// wgpu only knows createComputePipeline. Chromium compiles what is asked for in that way one after the other, and all later
// work for the GPU waits behind it, the weights too. So wgpu gets a stand-in here, which setPipeline exchanges for what
// createComputePipelineAsync made. Whoever asks for kernels waits for the error scopes around them before they are used;
// here these wait for the kernels.

/** @typedef {{ GPUDevice: typeof GPUDevice, GPUComputePassEncoder: typeof GPUComputePassEncoder, GPUValidationError: typeof GPUValidationError }} WebGpu */

/** Changes the WebGPU of this worker. @param {Partial<WebGpu>} webGpu it has none where the browser has none */
export function compileSideBySide({ GPUDevice, GPUComputePassEncoder, GPUValidationError } = globalThis) {
  if (!GPUDevice || !GPUComputePassEncoder || !GPUValidationError) return;
  const { createComputePipeline, pushErrorScope, popErrorScope } = GPUDevice.prototype;
  const { setPipeline } = GPUComputePassEncoder.prototype;
  /** What a stand-in stands for, once it is compiled. @type {WeakMap<object, GPUComputePipeline>} */
  const compiled = new WeakMap();
  /** What was asked for in each open scope, the innermost last. @type {WeakMap<GPUDevice, Promise<GPUError | null>[][]>} */
  const scopes = new WeakMap();

  /** @param {GPUErrorFilter} filter */
  GPUDevice.prototype.pushErrorScope = function (filter) {
    scopes.set(this, [...(scopes.get(this) ?? []), []]);
    return pushErrorScope.call(this, filter);
  };

  GPUDevice.prototype.popErrorScope = async function () {
    const asked = scopes.get(this)?.pop() ?? [];
    const errors = await Promise.all([popErrorScope.call(this), ...asked]);
    return errors.find((error) => error !== null) ?? null;
  };

  /** @param {GPUComputePipelineDescriptor} descriptor */
  GPUDevice.prototype.createComputePipeline = function (descriptor) {
    const scope = scopes.get(this)?.at(-1);
    // Nobody would hear of an error.
    if (!scope) return createComputePipeline.call(this, descriptor);
    const standIn = /** @type {GPUComputePipeline} */ ({ label: descriptor.label ?? "" });
    const made = this.createComputePipelineAsync(descriptor).then(
      (pipeline) => (compiled.set(standIn, pipeline), null),
      (error) => new GPUValidationError(error.message),
    );
    scope.push(made);
    return standIn;
  };

  /** @param {GPUComputePipeline} pipeline */
  GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
    return setPipeline.call(this, compiled.get(pipeline) ?? pipeline);
  };
}
