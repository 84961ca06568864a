//! Gives the shared library its soname, which programs look for when they start. It contains the
//! part of the version that identifies the interface. Files of ELF have one; macOS and Windows have
//! other names for it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix")
        || std::env::var("CARGO_CFG_TARGET_VENDOR").as_deref() == Ok("apple")
    {
        return;
    }
    let version = |part: &str| std::env::var(format!("CARGO_PKG_VERSION_{part}"));
    let (Ok(major), Ok(minor)) = (version("MAJOR"), version("MINOR")) else { return };
    let interface = if major == "0" { format!("{major}.{minor}") } else { major };
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libcwamrc.so.{interface}");
}
