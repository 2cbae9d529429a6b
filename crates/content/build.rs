//! Builds anew when a file is added to `content/`. A debug build reads the folder at run time and need not.

#[expect(clippy::disallowed_methods, reason = "Cargo tells a build script the profile in the environment")]
fn main() {
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if release { "../../content" } else { "build.rs" };
    println!("cargo::rerun-if-changed={watched}");
}
