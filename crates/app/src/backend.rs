//! Which device computes: chosen at run time, opened once, passed down.

#[cfg(any(feature = "wgpu", feature = "cuda"))]
use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::Device;
#[cfg(any(feature = "wgpu", feature = "cuda"))]
use burn::tensor::DeviceType;
use clap::ValueEnum;
use reverie_kernels::cpu::simd::Level;

/// The backends a user can name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// A physical GPU if there is one, else flex
    #[default]
    Auto,
    /// Burn's CPU backend
    #[value(alias = "cpu")]
    Flex,
    /// Burn's older CPU backend; convolutions are slow
    Ndarray,
    /// Vulkan, Metal or DirectX 12
    #[value(alias = "gpu")]
    Wgpu,
    /// NVIDIA CUDA, where compiled in
    Cuda,
}

/// Whether the operations of `reverie-kernels` compute on the processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Kernels {
    /// With the best instructions there are
    #[default]
    Auto,
    /// Not at all
    Off,
    /// With what every processor of this kind has
    Portable,
    /// With AVX2 at best
    Avx2,
    /// With AVX-512 at best
    Avx512,
}

impl Kernels {
    /// Sets it for the whole process.
    pub fn settle(self) {
        reverie_kernels::set_enabled(self != Self::Off);
        reverie_kernels::set_level(match self {
            Self::Auto | Self::Off => None,
            Self::Portable => Some(Level::Portable),
            Self::Avx2 => Some(Level::Avx2),
            Self::Avx512 => Some(Level::Avx512),
        });
    }
}

/// Why no device could be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The program was built without it.
    #[error("the backend {0} is not compiled in; build with --features {0}, or use --backend flex")]
    NotCompiled(&'static str),
    /// There is none.
    #[error(
        "no graphics adapter was found for the backend {0} (looked for {1}); use --backend flex, which needs none"
    )]
    NoAdapter(&'static str, &'static str),
    /// There is one, and it refused.
    #[cfg_attr(not(any(feature = "wgpu", feature = "cuda")), allow(dead_code))]
    #[error("the backend {backend} could not be opened ({reason}); use --backend flex")]
    Refused {
        /// Name of the backend.
        backend: &'static str,
        /// What the driver said.
        reason: String,
    },
}

/// A device that exists, with what is known of it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where tensors live.
    pub device: Device,
    /// `flex`, `ndarray`, `wgpu` or `cuda`.
    pub backend: &'static str,
    /// The adapter's or processor's name.
    pub name: String,
    /// Whether it is a real graphics card.
    pub is_physical: bool,
    /// Bytes of the largest buffer it hands out; none where that is not limited.
    pub buffer: Option<u64>,
    /// Bytes of memory of its own, where it has some and says how much.
    pub memory: Option<u64>,
}

impl Opened {
    /// Whether every operation is done on the host, so that reading a value costs nothing.
    pub fn is_cpu(&self) -> bool {
        matches!(self.backend, "flex" | "ndarray")
    }

    /// Whether this is a graphics interface computing on the processor.
    pub fn is_software(&self) -> bool {
        !self.is_cpu() && !self.is_physical
    }
}

/// Names of the backends in this build.
pub fn compiled() -> Vec<&'static str> {
    let all = [
        ("flex", cfg!(feature = "flex")),
        ("ndarray", cfg!(feature = "ndarray")),
        ("wgpu", cfg!(feature = "wgpu")),
        ("cuda", cfg!(feature = "cuda")),
    ];
    all.into_iter()
        .filter(|(_, is_on)| *is_on)
        .map(|(name, _)| name)
        .collect()
}

/// Settles two things that libraries take from the environment; a value the user has set is left
/// alone.
///
/// Burn's L-BFGS puts a restored history on the *default* device before it moves it where it
/// belongs, and with wgpu compiled in the default is a GPU, which many machines lack.
///
/// On a Linux machine without a desktop session, graphics drivers that look for a display write a
/// line about `XDG_RUNTIME_DIR` to stderr for every adapter. Any folder keeps them quiet.
#[allow(unsafe_code)]
pub fn settle_environment() {
    let cpu = compiled()
        .into_iter()
        .find(|name| matches!(*name, "flex" | "ndarray"));
    if let (Some(cpu), None) = (cpu, std::env::var_os("BURN_DEVICE")) {
        // SAFETY: the first statement of the program; no other thread exists yet.
        unsafe { std::env::set_var("BURN_DEVICE", cpu) };
    }
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: as above.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

impl Backend {
    /// Opens a device that exists, or says why it cannot.
    ///
    /// # Errors
    /// [`DeviceError`], one sentence each.
    pub fn open(self) -> Result<Opened, DeviceError> {
        match self {
            Self::Flex => flex(),
            Self::Ndarray => ndarray(),
            Self::Wgpu => best(wgpu()?, "wgpu", "Vulkan, Metal and DirectX 12"),
            Self::Cuda => best(cuda()?, "cuda", "NVIDIA CUDA"),
            Self::Auto => {
                // Chosen for the user: only a real card may beat the CPU backend.
                let gpu = wgpu()
                    .unwrap_or_default()
                    .into_iter()
                    .find(|found| found.is_physical);
                gpu.map_or_else(|| flex().or_else(|_| ndarray()), Ok)
            }
        }
    }
}

/// Everything this build can open on this machine.
pub fn all() -> Vec<Opened> {
    let mut found: Vec<Opened> = [flex(), ndarray()].into_iter().flatten().collect();
    found.extend(wgpu().unwrap_or_default());
    found.extend(cuda().unwrap_or_default());
    found
}

/// A physical adapter before a software one.
fn best(
    found: Vec<Opened>,
    backend: &'static str,
    looked_for: &'static str,
) -> Result<Opened, DeviceError> {
    let physical = found.iter().position(|found| found.is_physical);
    let mut found = found;
    if found.is_empty() {
        return Err(DeviceError::NoAdapter(backend, looked_for));
    }
    Ok(found.swap_remove(physical.unwrap_or(0)))
}

fn flex() -> Result<Opened, DeviceError> {
    #[cfg(feature = "flex")]
    return Ok(processor("flex", Device::flex()));
    #[cfg(not(feature = "flex"))]
    Err(DeviceError::NotCompiled("flex"))
}

fn ndarray() -> Result<Opened, DeviceError> {
    #[cfg(feature = "ndarray")]
    #[allow(deprecated)] // Kept because it is asked for by name.
    return Ok(processor("ndarray", Device::ndarray()));
    #[cfg(not(feature = "ndarray"))]
    Err(DeviceError::NotCompiled("ndarray"))
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
fn processor(backend: &'static str, device: Device) -> Opened {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let name = format!("{} processor, {cores} threads", std::env::consts::ARCH);
    Opened {
        device,
        backend,
        name,
        is_physical: false,
        buffer: None,
        memory: None,
    }
}

fn wgpu() -> Result<Vec<Opened>, DeviceError> {
    #[cfg(feature = "wgpu")]
    return adapters("wgpu", DeviceType::Wgpu);
    #[cfg(not(feature = "wgpu"))]
    Err(DeviceError::NotCompiled("wgpu"))
}

fn cuda() -> Result<Vec<Opened>, DeviceError> {
    #[cfg(feature = "cuda")]
    return adapters("cuda", DeviceType::Cuda);
    #[cfg(not(feature = "cuda"))]
    Err(DeviceError::NotCompiled("cuda"))
}

/// Bytes of the largest buffer of a device, and of all its memory, where it says so.
#[cfg(any(feature = "wgpu", feature = "cuda"))]
fn limits(device: &Device) -> (Option<u64>, Option<u64>) {
    use burn::backend::DispatchDevice;
    match device.as_dispatch() {
        DispatchDevice::Cube(device) => {
            let client = device.client();
            let memory = &client.properties().memory;
            (Some(memory.max_page_size), memory.max_memory())
        }
        _ => (None, None),
    }
}

/// The adapters of one kind, each opened to learn its name. A driver that panics is one that
/// refuses.
#[cfg(any(feature = "wgpu", feature = "cuda"))]
fn adapters(backend: &'static str, kind: DeviceType) -> Result<Vec<Opened>, DeviceError> {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let found = catch_unwind(AssertUnwindSafe(|| {
        Device::enumerate(kind)
            .into_vec()
            .into_iter()
            .filter_map(|device| {
                let identity = device.identity()?;
                let (name, is_physical) = (identity.name, identity.physical.is_some());
                let (buffer, memory) = limits(&device);
                Some(Opened {
                    device,
                    backend,
                    name,
                    is_physical,
                    buffer,
                    memory: memory.filter(|_| is_physical),
                })
            })
            .collect()
    }));
    std::panic::set_hook(loud);
    found.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let reason = text
            .unwrap_or("its driver failed")
            .lines()
            .next()
            .unwrap_or_default();
        DeviceError::Refused {
            backend,
            reason: reason.to_owned(),
        }
    })
}
