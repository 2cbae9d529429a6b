//! SHA-256 of what is read, beside the reading: where the processor has no instructions for it, it costs as much as a third of
//! everything else. A thread of its own is begun once a file is large enough to be worth one.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

use crate::folder::hex;

/// Below this a file is hashed on the way.
const WORTH_A_THREAD: u64 = 4 * 1024 * 1024;
/// How many pieces may wait to be hashed.
const WAITING: usize = 4;

/// A hash that is being made.
pub(crate) enum Hashing {
    /// On the way.
    Here(Box<Sha256>, u64),
    /// In a thread.
    Beside(Beside),
}

pub(crate) struct Beside {
    pieces: SyncSender<Vec<u8>>,
    /// Pieces that were hashed, to be filled again.
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Sha256>,
}

impl Hashing {
    pub(crate) fn new() -> Self {
        Self::Here(Box::default(), 0)
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Here(hash, length) => {
                hash.update(bytes);
                *length += bytes.len() as u64;
                if *length > WORTH_A_THREAD {
                    *self = Self::Beside(Beside::begin((**hash).clone()));
                }
            }
            Self::Beside(beside) => {
                let mut piece = beside.empty.try_recv().unwrap_or_default();
                piece.clear();
                piece.extend_from_slice(bytes);
                // The thread listens until this end is dropped.
                let sent = beside.pieces.send(piece);
                debug_assert!(sent.is_ok());
            }
        }
    }

    /// The hash in hex; `None` when its thread died.
    pub(crate) fn finish(self) -> Option<String> {
        let hash = match self {
            Self::Here(hash, _) => *hash,
            Self::Beside(Beside { pieces, empty, thread }) => {
                drop((pieces, empty));
                thread.join().ok()?
            }
        };
        Some(hex(&hash.finalize()))
    }
}

impl Beside {
    fn begin(mut hash: Sha256) -> Self {
        let (pieces, filled) = sync_channel::<Vec<u8>>(WAITING);
        let (back, empty) = sync_channel(WAITING + 2);
        let thread = std::thread::spawn(move || {
            for piece in filled {
                hash.update(&piece);
                // Nobody may want it back any more.
                drop(back.try_send(piece));
            }
            hash
        });
        Self { pieces, empty, thread }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_has_the_same_hash_as_when_it_is_hashed_at_once() {
        let bytes: Vec<u8> = (0..9_000_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut hashing = Hashing::new();
        bytes.chunks(70_001).for_each(|piece| hashing.update(piece));
        assert!(matches!(hashing, Hashing::Beside(_)));
        assert_eq!(hashing.finish(), Some(hex(&Sha256::digest(&bytes))));
    }
}
