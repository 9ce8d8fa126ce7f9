//! Grey images.

use bactrian::bigarray::{Array1, Array2, SharedArray2};
use bactrian::{OCaml, OCamlRuntime, export};

/// A gradient, in memory of Rust that OCaml's collector frees.
#[export(name = "bigarrays_gradient")]
fn gradient(rt: &mut OCamlRuntime, height: usize, width: usize) -> OCaml<'_, Array2<u8>> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x + y) as u8)).collect();
    Array2::from_shape_vec(rt, [height, width], pixels)
}

/// How often each shade occurs.
#[export(name = "bigarrays_histogram")]
fn histogram<'gc>(
    rt: &'gc mut OCamlRuntime,
    image: OCaml<'_, Array2<u8>>,
) -> OCaml<'gc, Array1<i32>> {
    let mut counts = vec![0; 256];
    image.view().iter().for_each(|shade| counts[usize::from(shade)] += 1);
    Array1::from_vec(rt, counts)
}

/// Inverts the image in place, on as many threads as asked for, while other OCaml threads run.
#[export(name = "bigarrays_invert")]
fn invert(rt: &mut OCamlRuntime, image: SharedArray2<u8>, threads: usize) {
    rt.releasing_runtime(|| {
        let pixels = image.view().as_cells();
        let share = pixels.len().div_ceil(threads.max(1)).max(1);
        std::thread::scope(|scope| {
            for part in pixels.chunks(share) {
                scope.spawn(|| part.iter().for_each(|pixel| pixel.set(255 - pixel.get())));
            }
        });
    });
}
