//! The kind of module that a seed generates, and the oracle that judges it.

use super::dense::{self, Encoding};
use super::generate;
use super::prepare::Prepared;
use super::real;
use crate::machine::Build;

/// Proposals that a module may use beyond WebAssembly 2.0 without SIMD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proposals {
    /// Tail calls. Such a module has no imports, see [`DEVIATIONS`](super::prepare::DEVIATIONS).
    pub tail_calls: bool,
    /// Atomic operators, and memories that may be shared.
    pub atomics: bool,
    /// SIMD, relaxed or not. Such a module has no imports.
    pub vectors: bool,
    /// Exceptions. Such a module has no imports, and its boundary is closed for vectors and references to
    /// exceptions.
    pub exceptions: Option<Encoding>,
    /// Garbage collection. Such a module also has exceptions of the current encoding, and imports nothing.
    pub collection: bool,
}

/// Whether vectors may pass between a module and its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// They may.
    Open,
    /// They and references to exceptions stay inside: in functions that are not exported, and in no global. For
    /// machines whose runtime has no SIMD, and modules with exceptions.
    Closed,
    /// As closed, but inside there may be globals of all types. Of references, only null comes in, and goes out what
    /// WAMR passes on. For modules with garbage collection.
    Objects,
}

/// Who decides what a module must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// WAMR's interpreter, in this process.
    Interpreter,
    /// The same in a runtime without guard pages: an atomic access that faults leaves a lock
    /// locked, see [`DEVIATIONS`](super::prepare::DEVIATIONS).
    UnguardedInterpreter,
    /// wasmi: WAMR's classic interpreter has no SIMD.
    Wasmi,
    /// V8: neither of the others has exceptions of both encodings.
    V8,
}

/// A kind of modules.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What occurs in them.
    pub proposals: Proposals,
    source: Source,
}

/// Where modules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// wasm-smith.
    Smith,
    /// The generator [`dense`].
    Dense,
    /// [`real`] programs.
    Real,
}

/// WebAssembly 2.0 without SIMD.
const NONE: Proposals = Proposals {
    tail_calls: false,
    atomics: false,
    vectors: false,
    exceptions: None,
    collection: false,
};

/// Seeds go round these.
pub const KINDS: [Kind; 14] = {
    const CURRENT: Proposals = Proposals { exceptions: Some(Encoding::Current), ..NONE };
    const LEGACY: Proposals = Proposals { exceptions: Some(Encoding::Legacy), ..NONE };
    const fn smith(proposals: Proposals) -> Kind {
        Kind { proposals, source: Source::Smith }
    }
    const fn dense(proposals: Proposals) -> Kind {
        Kind { proposals, source: Source::Dense }
    }
    const fn real(proposals: Proposals) -> Kind {
        Kind { proposals, source: Source::Real }
    }
    [
        smith(NONE),
        dense(NONE),
        smith(Proposals { tail_calls: true, ..NONE }),
        dense(Proposals { tail_calls: true, vectors: true, ..NONE }),
        smith(Proposals { atomics: true, ..NONE }),
        dense(Proposals { tail_calls: true, atomics: true, ..NONE }),
        smith(Proposals { vectors: true, ..NONE }),
        dense(Proposals { vectors: true, ..NONE }),
        real(NONE),
        real(Proposals { vectors: true, ..NONE }),
        smith(CURRENT),
        dense(Proposals { tail_calls: true, ..CURRENT }),
        dense(Proposals { vectors: true, ..CURRENT }),
        dense(Proposals { tail_calls: true, vectors: true, ..LEGACY }),
    ]
};

/// The same for runtimes with garbage collection.
pub const COLLECTED_KINDS: [Kind; 2] = {
    const ALL: Proposals = Proposals {
        tail_calls: true,
        exceptions: Some(Encoding::Current),
        collection: true,
        ..NONE
    };
    [Kind { proposals: ALL, source: Source::Smith }, Kind { proposals: ALL, source: Source::Dense }]
};

impl Kind {
    /// The kind of the module of `seed`.
    pub fn of(seed: u64) -> Self {
        Self::among(&KINDS, seed)
    }

    /// The kind of the module of `seed` with garbage collection.
    pub fn collected(seed: u64) -> Self {
        Self::among(&COLLECTED_KINDS, seed)
    }

    fn among(kinds: &[Self], seed: u64) -> Self {
        kinds[(seed % kinds.len() as u64) as usize]
    }

    /// The module of `seed`. wasm-smith's modules have vectors in globals, which a closed boundary
    /// does not allow, so a dense module replaces them.
    pub fn module(self, seed: u64, boundary: Boundary) -> Prepared {
        match self.source {
            Source::Real => real::module(seed, self.proposals.vectors, boundary),
            Source::Smith if self.proposals.exceptions.is_some() || boundary == Boundary::Open => {
                generate::module(seed, self.proposals)
            }
            Source::Smith | Source::Dense => {
                let boundary = match self.proposals {
                    Proposals { collection: true, .. } => Boundary::Objects,
                    Proposals { exceptions: Some(_), .. } => Boundary::Closed,
                    _ => boundary,
                };
                dense::module(seed, self.proposals, boundary)
            }
        }
    }

    /// Whether its modules have imports.
    pub fn has_imports(self) -> bool {
        let Proposals { tail_calls, vectors, exceptions, .. } = self.proposals;
        self.source != Source::Real && !tail_calls && !vectors && exceptions.is_none()
    }

    /// What reports call it.
    pub fn name(self) -> String {
        let Proposals { tail_calls, atomics, vectors, exceptions, collection } = self.proposals;
        let proposals = [
            (tail_calls, "tail calls"),
            (atomics, "atomics"),
            (vectors, "vectors"),
            (exceptions == Some(Encoding::Current), "exceptions"),
            (exceptions == Some(Encoding::Legacy), "legacy exceptions"),
            (collection, "garbage collection"),
        ];
        let proposals = proposals.into_iter().filter(|(has, _)| *has).map(|(_, name)| name);
        let source = match self.source {
            Source::Smith => "wasm-smith",
            Source::Dense => "dense",
            Source::Real => "real",
        };
        [source].into_iter().chain(proposals).collect::<Vec<_>>().join(", ")
    }

    /// Who judges it.
    pub fn authority(self) -> Authority {
        if self.proposals.exceptions.is_some() {
            Authority::V8
        } else if self.proposals.vectors {
            Authority::Wasmi
        } else if self.proposals.atomics && Build::has_guard_pages() {
            Authority::UnguardedInterpreter
        } else {
            Authority::Interpreter
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Boundary, Encoding, KINDS, Kind};
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn modules_with_garbage_collection_are_valid() {
        // Those of WebAssembly 3.0.
        let mut features = WasmFeatures::WASM3;
        features.set(WasmFeatures::SIMD, false);
        features.set(WasmFeatures::RELAXED_SIMD, false);
        for seed in 0..60 {
            let prepared = Kind::collected(seed).module(seed, Boundary::Open);
            let marked = prepared.marked().expect("it was generated");
            for wasm in [&prepared.wasm, &marked] {
                let result = Validator::new_with_features(features).validate_all(wasm);
                let error = result.err().map(|error| error.to_string());
                assert_eq!(error, None, "seed {seed}");
            }
        }
    }

    #[test]
    fn modules_use_the_proposals_that_they_may() {
        for (kind, seed) in KINDS.into_iter().cycle().zip(0..224) {
            let boundaries: &[Boundary] = match kind.proposals.vectors {
                true => &[Boundary::Open, Boundary::Closed],
                false => &[Boundary::Open],
            };
            let mut features = WasmFeatures::WASM2;
            features.set(WasmFeatures::SIMD, kind.proposals.vectors);
            features.set(WasmFeatures::RELAXED_SIMD, kind.proposals.vectors);
            features.set(WasmFeatures::TAIL_CALL, kind.proposals.tail_calls);
            features.set(WasmFeatures::THREADS, kind.proposals.atomics);
            let exceptions = kind.proposals.exceptions;
            // The section of tags belongs to the current proposal for the validator.
            features.set(WasmFeatures::EXCEPTIONS, exceptions.is_some());
            features.set(WasmFeatures::LEGACY_EXCEPTIONS, exceptions == Some(Encoding::Legacy));
            for &boundary in boundaries {
                let prepared = Kind::of(seed).module(seed, boundary);
                let marked = prepared.marked().expect("it was generated");
                for wasm in [&prepared.wasm, &marked] {
                    let result = Validator::new_with_features(features).validate_all(wasm);
                    let error = result.err().map(|error| error.to_string());
                    assert_eq!(error, None, "seed {seed}, {boundary:?}");
                }
            }
        }
    }
}
