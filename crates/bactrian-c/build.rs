//! Tells dependent build scripts where the headers are: `DEP_BACTRIAN_C_INCLUDE`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR") {
        let include = std::path::Path::new(&root).join("include");
        println!("cargo::metadata=include={}", include.display());
    }
}
