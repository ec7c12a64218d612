//! The one error type. Every variant carries a stable code (what a program tests for),
//! a sentence (what happened, with the name of the tensor, file or field) and a hint (what to do).
//!
//! ```
//! use mamba_web::model::Config;
//!
//! let error = Config::parse("{}").unwrap_err();
//! assert_eq!(error.code(), "unsupported-architecture");
//! println!("{error} {}", error.hint());
//! ```

/// Short for a result that fails with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can fail between bytes and tokens. See `code` for the stable words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The config is of a model family that this crate does not run.
    #[error("{0}")]
    UnsupportedArchitecture(String),
    /// The config, the tensor file or their agreement is at fault.
    #[error("{0}")]
    BadCheckpoint(String),
    /// The tokenizer or its chat template is at fault.
    #[error("{0}")]
    BadTokenizer(String),
    /// A caller's value is out of range.
    #[error("{0}")]
    BadArgument(String),
    /// A saved state is damaged or of a version that is not known.
    #[error("{0}")]
    BadState(String),
    /// A saved state belongs to another model.
    #[error("{0}")]
    WrongModel(String),
    /// A file that the checkpoint needs is not there.
    #[error("{0}")]
    NotFound(String),
    /// Reading bytes failed on the way.
    #[error("{0}")]
    Network(String),
    /// The file ended early or carries other bytes than announced.
    #[error("{0}")]
    Integrity(String),
    /// The machine gave no memory.
    #[error("{0}")]
    OutOfMemory(String),
    /// There is no GPU that can be used.
    #[error("{0}")]
    NoWebGpu(String),
    /// The GPU went away or failed.
    #[error("{0}")]
    DeviceLost(String),
    /// The session is generating already.
    #[error("{0}")]
    Busy(String),
    /// The caller stopped the work.
    #[error("The work was stopped.")]
    Cancelled,
}

impl Error {
    /// The stable word that programs test for.
    pub fn code(&self) -> &'static str {
        match self {
            Error::UnsupportedArchitecture(_) => "unsupported-architecture",
            Error::BadCheckpoint(_) => "bad-checkpoint",
            Error::BadTokenizer(_) => "bad-tokenizer",
            Error::BadArgument(_) => "bad-argument",
            Error::BadState(_) => "bad-state",
            Error::WrongModel(_) => "wrong-model",
            Error::NotFound(_) => "not-found",
            Error::Network(_) => "network",
            Error::Integrity(_) => "integrity",
            Error::OutOfMemory(_) => "out-of-memory",
            Error::NoWebGpu(_) => "no-webgpu",
            Error::DeviceLost(_) => "device-lost",
            Error::Busy(_) => "busy",
            Error::Cancelled => "cancelled",
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Error::UnsupportedArchitecture(_) => {
                "Choose a Mamba checkpoint, for example one of the state-spaces/mamba or mamba2 family."
            }
            Error::BadCheckpoint(_) => {
                "Check that the files belong together and were downloaded whole, or choose another model."
            }
            Error::BadTokenizer(_) => "Use the tokenizer.json and tokenizer_config.json that came with the model.",
            Error::BadArgument(_) => "Change the value and try again.",
            Error::BadState(_) => "Use a file that was saved by this page and not changed since.",
            Error::WrongModel(_) => "Load the model that the state was saved with, then open the state again.",
            Error::NotFound(_) => "Check the address of the model's folder.",
            Error::Network(_) => "Check the connection and try again.",
            Error::Integrity(_) => "Download the file again.",
            Error::OutOfMemory(_) => "Close other tabs, or choose a smaller model or a smaller precision.",
            Error::NoWebGpu(_) => "Choose the cpu backend, or a browser with WebGPU.",
            Error::DeviceLost(_) => "Load the model again, or choose the cpu backend.",
            Error::Busy(_) => "Wait for the answer to end, or stop it first.",
            Error::Cancelled => "Start again whenever you like.",
        }
    }
}
