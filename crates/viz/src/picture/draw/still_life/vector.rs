//! Directions and places in space.

/// A place or direction: to the right, up, towards the eye.
pub(super) type Vector = [f32; 3];

pub(super) fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn times(a: Vector, factor: f32) -> Vector {
    a.map(|value| value * factor)
}

/// From `start` so far in a direction.
pub(super) fn walk(start: Vector, direction: Vector, far: f32) -> Vector {
    add(start, times(direction, far))
}

pub(super) fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn length(a: Vector) -> f32 {
    dot(a, a).sqrt()
}

/// The direction of a vector, with length 1.
pub(super) fn unit(a: Vector) -> Vector {
    times(a, 1.0 / length(a).max(f32::MIN_POSITIVE))
}

pub(super) fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// Where light from `direction`, seen from the surface, leaves again.
pub(super) fn mirrored(direction: Vector, normal: Vector) -> Vector {
    minus(direction, times(normal, 2.0 * dot(direction, normal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_turns_only_what_runs_into_it() {
        assert_eq!(mirrored([1.0, -2.0, 3.0], [0.0, 1.0, 0.0]), [1.0, 2.0, 3.0]);
        assert_eq!(cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]);
    }
}
