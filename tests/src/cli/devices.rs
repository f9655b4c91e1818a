//! Backends that are not there: exit code 3, and a way out.

use super::{Folder, dream, imagine, plain, quietly, style};

#[test]
fn a_backend_that_is_not_compiled_in_is_refused_with_the_feature_it_needs() {
    let folder = Folder::new();
    let facts = &[
        "cuda is not compiled in",
        "--features cuda",
        "--backend flex",
    ];
    for args in [
        style(&["--backend", "cuda"]),
        dream(&["--backend", "cuda"]),
        imagine(&["--backend", "cuda"]),
        plain(&["devices", "--backend", "cuda"]),
        plain(&["devices", "--check", "--backend", "cuda"]),
    ] {
        folder.refused(3, &args, facts);
    }
}

// On Linux the drivers are found through files that the environment can point elsewhere: Vulkan's
// by either of two names, and OpenGL's, which wgpu takes where there is no Vulkan.
#[cfg(target_os = "linux")]
#[test]
fn without_an_adapter_wgpu_is_refused_and_auto_takes_the_processor() {
    const DRIVERS: [&str; 3] = [
        "VK_DRIVER_FILES",
        "VK_ICD_FILENAMES",
        "__EGL_VENDOR_LIBRARY_FILENAMES",
    ];
    let folder = Folder::new();
    let blind = |args: &[String]| {
        let mut command = folder.run(args);
        command.envs(DRIVERS.map(|name| (name, "/nonexistent/driver.json")));
        command
    };
    let facts = &["no graphics adapter", "wgpu", "--backend flex"];
    for args in [
        style(&["--backend", "wgpu"]),
        style(&["--backend", "gpu"]),
        dream(&["--backend", "wgpu"]),
        plain(&["devices", "--backend", "wgpu"]),
        plain(&["devices", "--check", "--backend", "wgpu"]),
    ] {
        folder.refused_by(blind(&quietly(&args)), 3, facts);
    }
    blind(&plain(&["devices"])).assert().success();
    let done = blind(&style(&["--backend", "auto", "--json"]))
        .assert()
        .success();
    assert_eq!(
        crate::common::result(&done.get_output().stdout)["backend"],
        "flex"
    );
}
