//! The five functions as they are built for Lambda, each a process behind AWS's runtime interface emulator, over the embedded AWS.
//!
//! [`Emulated`] is a function like any other to the local fleet, so everything else is the fleet's own: the door, the Invoke
//! endpoint, the stores, seeding. Only what runs the handlers differs: the bootstrap that is deployed, and AWS's own side of the
//! runtime interface. [`Platform`] is that side as a test needs it where the emulator hides what happens: the words a function
//! reports when it cannot start, and the moment it is ready.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that can't be set up should stop")]

mod emulated;
mod emulator;
pub mod logs;
mod platform;
mod settings;

pub use emulated::{Emulated, build, with};
pub use emulator::Emulator;
pub use platform::{Heard, Platform};
pub use settings::{BINARIES, Program, Settings};
