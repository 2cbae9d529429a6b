//! What the binaries ask of the machine they run on.

use dataops_lambda_tests::{BINARIES, Settings};
use object::elf::FileHeader64;
use object::endian::Endianness;
use object::read::elf::{ElfFile64, FileHeader, SectionHeader};

/// The C library of `provided.al2023`.
const RUNTIME: (u32, u32) = (2, 34);

/// The versions of the C library whose symbols a binary names.
fn versions(bytes: &[u8]) -> Vec<(u32, u32)> {
    let file = ElfFile64::<Endianness>::parse(bytes).unwrap();
    let endian = file.endian();
    let header: &FileHeader64<Endianness> = file.elf_header();
    let sections = header.sections(endian, bytes).unwrap();
    let mut found = Vec::new();
    for section in sections.iter() {
        let Some((mut needed, strings)) = section.gnu_verneed(endian, bytes).unwrap() else { continue };
        let strings = sections.strings(endian, bytes, strings).unwrap();
        while let Some((_, mut names)) = needed.next().unwrap() {
            while let Some(name) = names.next().unwrap() {
                let name = String::from_utf8_lossy(name.name(endian, strings).unwrap()).into_owned();
                found.extend(name.strip_prefix("GLIBC_").and_then(version));
            }
        }
    }
    found
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[test]
#[ignore = "needs the binaries that scripts/test builds"]
fn no_bootstrap_needs_a_newer_c_library_than_the_runtime_has() {
    let settings = Settings::of_this_run();
    for (id, name) in BINARIES {
        let versions = versions(&std::fs::read(settings.bootstrap(id)).unwrap());
        let highest = versions.iter().max().unwrap_or_else(|| panic!("{name}: no symbol of a C library was found"));
        assert!(*highest <= RUNTIME, "{name} needs glibc {highest:?}, provided.al2023 has {RUNTIME:?}");
        assert!(*highest >= (2, 2), "{name}: {versions:?} is not read right");
    }
}
