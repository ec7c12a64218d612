//! The adapter and the device, their faults, and the progress of compilation.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::signal::Signal;
use crate::backend::Compiled;
use crate::error::{Error, Result};

/// An open GPU. Clones share it; when the last is dropped, all that it holds is freed.
#[derive(Clone)]
pub struct Device {
    _last: Arc<Closing>,
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    adapter: Arc<wgpu::AdapterInfo>,
    fault: Arc<Mutex<Option<Error>>>,
    /// Whether a model has been loaded and works.
    works: Arc<AtomicBool>,
    /// For tests: pretend that there is no memory for another buffer.
    full: Arc<AtomicBool>,
    kernels: Arc<Kernels>,
    most_bound: u64,
    abilities: Abilities,
    /// Bytes that a model may take, where known in advance.
    room: Option<u64>,
}

/// What kernels may use beyond what WebGPU promises.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// Subgroups of at least 32 threads.
    pub subgroups: bool,
    /// WGSL's products of four bytes at once (`packed_4x8_integer_dot_product`).
    pub packed: bool,
}

/// Kernels whose compilation has begun, and those that are ready.
#[derive(Default)]
struct Kernels {
    begun: AtomicUsize,
    ready: AtomicUsize,
}

/// Frees a device's memory when it is dropped: a browser would do so only when it next collects garbage.
struct Closing(wgpu::Device);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.destroy();
    }
}

impl Device {
    /// Opens the fastest GPU: the browser's WebGPU, or Vulkan, Metal or Direct3D natively.
    ///
    /// # Errors
    /// [`Error::NoWebGpu`] when there is none, or none that opens.
    pub async fn open() -> Result<Self> {
        #[cfg(target_arch = "wasm32")]
        if navigator().is_none() {
            return Err(Error::NoWebGpu("There is no GPU outside of a page and its workers.".into()));
        }
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            // Natively: refuses allocations that would leave other programs too little of the card's memory, if the
            // driver reports it.
            memory_budget_thresholds: wgpu::MemoryBudgetThresholds {
                for_resource_creation: Some(95),
                for_device_loss: None,
            },
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|error| {
            // In a browser wgpu's reason only lists native backends.
            let why = if cfg!(target_arch = "wasm32") { "WebGPU finds none".into() } else { error.to_string() };
            Error::NoWebGpu(format!("No GPU can be used here ({why})."))
        })?;
        let most = adapter.limits();
        // WebGPU's guaranteed limits, except for buffer sizes. Large models need all that the adapter has.
        let limits = wgpu::Limits {
            max_buffer_size: most.max_buffer_size,
            max_storage_buffer_binding_size: most.max_storage_buffer_binding_size,
            ..wgpu::Limits::defaults()
        };
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("mamba-web"),
                required_features: adapter.features() & wgpu::Features::SUBGROUP,
                required_limits: limits,
                memory_hints: wgpu::MemoryHints::Performance,
                ..Default::default()
            })
            .await
            .map_err(|error| {
                Error::NoWebGpu(format!("The GPU {} does not open ({error}).", adapter.get_info().name))
            })?;
        let fault = Arc::new(Mutex::new(None));
        let lost = Arc::clone(&fault);
        device.set_device_lost_callback(move |_, message| {
            note(&lost, Error::DeviceLost(format!("The GPU was taken away ({message}).")));
        });
        let wrong = Arc::clone(&fault);
        let works = Arc::<AtomicBool>::default();
        let worked = Arc::clone(&works);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let error = match error {
                // During loading this means that the model does not fit. Later all buffers are created in an error
                // scope, so the driver itself has failed, and another device may work.
                wgpu::Error::OutOfMemory { .. } if worked.load(Relaxed) => {
                    Error::DeviceLost("The GPU ran out of memory in the middle of its work.".into())
                }
                wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory("The GPU has no memory left.".into()),
                other => Error::DeviceLost(format!("The GPU refused its work ({other}).")),
            };
            note(&wrong, error);
        }));
        let info = adapter.get_info();
        let abilities = Abilities {
            subgroups: device.features().contains(wgpu::Features::SUBGROUP) && info.subgroup_min_size >= 32,
            packed: has_packed(),
        };
        #[allow(clippy::arc_with_non_send_sync, reason = "natively it is both")]
        let _last = Arc::new(Closing(device.clone()));
        Ok(Self {
            _last,
            device,
            queue,
            adapter: Arc::new(info),
            fault,
            works,
            full: Arc::default(),
            kernels: Arc::default(),
            most_bound: u64::MAX,
            abilities,
            room: room(),
        })
    }

    /// The GPU's name.
    pub fn name(&self) -> String {
        let name = [&self.adapter.name, &self.adapter.driver, &self.adapter.driver_info];
        name.into_iter().find(|name| !name.is_empty()).map_or_else(|| "unnamed GPU".into(), Clone::clone)
    }

    /// What kernels may use. Less where a test has asked for that.
    pub fn abilities(&self) -> Abilities {
        self.abilities
    }

    /// For tests: pretends that WGSL has no products of packed bytes.
    pub(crate) fn unpack(&mut self) {
        self.abilities.packed = false;
    }

    /// Whether the adapter is a software renderer on the CPU.
    pub fn is_software(&self) -> bool {
        self.adapter.device_type == wgpu::DeviceType::Cpu
    }

    /// The device's limits. The largest binding is smaller where a test has asked for that.
    pub fn limits(&self) -> wgpu::Limits {
        let limits = self.device.limits();
        let max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.min(self.most_bound);
        wgpu::Limits { max_storage_buffer_binding_size, ..limits }
    }

    /// For tests: pretends that bindings must be smaller, as on a lesser GPU.
    pub(crate) fn limit_bindings(&mut self, bytes: u64) {
        self.most_bound = bytes;
    }

    /// Bytes that a model may take, where that is known.
    pub(super) fn room(&self) -> Option<u64> {
        self.room
    }

    /// For tests: pretends that there is only this much memory.
    pub(crate) fn limit_room(&mut self, bytes: u64) {
        self.room = Some(bytes);
    }

    /// Progress of the kernels' compilation.
    pub fn compiled(&self) -> Compiled {
        Compiled { ready: self.kernels.ready.load(Relaxed), of: self.kernels.begun.load(Relaxed) }
    }

    /// Makes a pipeline and notes when it is compiled. In a browser this call only passes it on, and the browser
    /// reports later that it is compiled.
    pub(super) fn compile<T>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> T {
        self.kernels.begun.fetch_add(1, Relaxed);
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make(&self.device);
        let (answer, kernels, fault) = (scope.pop(), Arc::clone(&self.kernels), Arc::clone(&self.fault));
        let settled = async move {
            if let Some(error) = answer.await {
                note(&fault, Error::DeviceLost(format!("The GPU refused a kernel ({error}).")));
            }
            kernels.ready.fetch_add(1, Relaxed);
        };
        #[cfg(target_arch = "wasm32")]
        wasm_bindgen_futures::spawn_local(settled);
        #[cfg(not(target_arch = "wasm32"))]
        pollster::block_on(settled);
        made
    }

    /// The same GPU, opened again. What was allocated on this device is freed, unless it has clones.
    pub(super) async fn renewed(self) -> Result<Self> {
        let room = self.room;
        drop(self);
        Ok(Self { room, ..Self::open().await? })
    }

    /// A buffer, and whether there was room for it. A browser reports that later, and the buffer must not be used
    /// before.
    pub(super) fn try_create_buffer(&self, descriptor: &wgpu::BufferDescriptor<'_>) -> (wgpu::Buffer, Signal) {
        self.try_make(|| self.device.create_buffer(descriptor))
    }

    /// The same for several buffers.
    pub(super) fn try_make<T>(&self, make: impl FnOnce() -> T) -> (T, Signal) {
        let is_full = self.full.load(Relaxed);
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let made = make();
        let (error, signal) = (scope.pop(), Signal::default());
        let answered = signal.clone();
        let answer = async move { answered.say(error.await.is_none() && !is_full) };
        #[cfg(target_arch = "wasm32")]
        wasm_bindgen_futures::spawn_local(answer);
        #[cfg(not(target_arch = "wasm32"))]
        pollster::block_on(answer);
        (made, signal)
    }

    /// For tests: turns the pretence that there is no memory for another buffer on or off.
    pub(crate) fn be_full(&self, full: bool) {
        self.full.store(full, Relaxed);
    }

    /// The model is loaded. From now on, running out of memory does not mean that the model is too large.
    pub(super) fn works(&self) {
        self.works.store(true, Relaxed);
    }

    /// Notes that the device will return nothing more.
    pub(super) fn fail(&self, error: Error) -> Error {
        note(&self.fault, error.clone());
        error
    }

    /// # Errors
    /// The fault that the device has reported, if any. Results after a fault are invalid.
    pub(super) fn check(&self) -> Result<()> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone().map_or(Ok(()), Err)
    }

    /// Destroys the device, to test what a driver's crash does.
    pub fn destroy(&self) {
        self.device.destroy();
        // A destroyed device may report this late or, natively, not at all.
        note(&self.fault, Error::DeviceLost("The GPU was taken away (it was destroyed).".into()));
    }

    /// Natively, waits for the given submit, or for all, and runs callbacks. A browser does so by itself.
    pub(super) fn wait(&self, submission_index: Option<wgpu::SubmissionIndex>) {
        if let Err(error) = self.device.poll(wgpu::PollType::Wait { submission_index, timeout: None }) {
            note(&self.fault, Error::DeviceLost(format!("The GPU does not answer ({error}).")));
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// `navigator` with the property that web-sys has only among its unstable ones.
    type NavigatorWithMemory;

    /// GiB that the browser says the machine has; `None` outside of Chromium.
    #[wasm_bindgen(method, getter, js_name = deviceMemory)]
    fn device_memory(this: &NavigatorWithMemory) -> Option<f64>;
}

/// The `navigator` of the page or worker that this runs in; `None` in Node for example, where wgpu would panic.
#[cfg(target_arch = "wasm32")]
fn navigator() -> Option<NavigatorWithMemory> {
    use wasm_bindgen::JsCast;
    Some(match js_sys::global().dyn_into::<web_sys::Window>() {
        Ok(page) => page.navigator().unchecked_into(),
        Err(other) => other.dyn_into::<web_sys::WorkerGlobalScope>().ok()?.navigator().unchecked_into(),
    })
}

/// Half of what the browser says the machine has. Browsers report at most 8 GiB. Natively the driver is asked on
/// allocation.
fn room() -> Option<u64> {
    #[cfg(target_arch = "wasm32")]
    {
        const MOST_TOLD: f64 = 8.0;
        let gib = navigator()?.device_memory()?;
        (gib < MOST_TOLD).then_some((gib / 2.0 * f64::from(1 << 30)) as u64)
    }
    #[cfg(not(target_arch = "wasm32"))]
    None
}

/// Whether WGSL has `packed_4x8_integer_dot_product` here. Natively naga always has it.
fn has_packed() -> bool {
    #[cfg(target_arch = "wasm32")]
    {
        use js_sys::Reflect;
        use wasm_bindgen::JsCast;
        let has = || {
            let gpu = Reflect::get(navigator()?.as_ref(), &"gpu".into()).ok()?;
            let features = Reflect::get(&gpu, &"wgslLanguageFeatures".into()).ok()?;
            let has = Reflect::get(&features, &"has".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
            has.call1(&features, &"packed_4x8_integer_dot_product".into()).ok()?.as_bool()
        };
        has().unwrap_or(false)
    }
    #[cfg(not(target_arch = "wasm32"))]
    true
}

/// Keeps the first fault: the others follow from it.
fn note(fault: &Mutex<Option<Error>>, error: Error) {
    fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}
