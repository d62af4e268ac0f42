//! The view of an image: its zoom, rotation and position. Whole numbers only: percent, quarter turns, and pixels of
//! the image.

/// The percentage of one zoom step.
const STEP: i64 = 25;
const NEAREST: i64 = 800;
/// The whole image fits the canvas.
const FIT: i64 = 100;

/// A size, or an offset to the right and down.
pub(super) type Pair = (i64, i64);

/// The view of an image of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    pub size: Pair,
    pub zoom: i64,
    pub quarters: i64,
    /// The offset of its middle from the middle of the canvas.
    pub aside: Pair,
}

impl View {
    /// Shows the whole image, not rotated.
    pub fn of(size: Pair) -> Self {
        Self {
            size: (size.0.max(1), size.1.max(1)),
            zoom: FIT,
            quarters: 0,
            aside: (0, 0),
        }
    }
    /// Returns the size after the rotation.
    pub fn rotated_size(&self) -> Pair {
        match self.quarters % 2 {
            0 => self.size,
            _ => (self.size.1, self.size.0),
        }
    }
    /// Shows the whole image and keeps the rotation.
    pub fn fit(self) -> Self {
        Self {
            zoom: FIT,
            aside: (0, 0),
            ..self
        }
    }
    /// Rotates by quarter turns to the right, or to the left.
    pub fn rotate(self, quarters: i64) -> Self {
        let quarters = (self.quarters + quarters).rem_euclid(4);
        Self { quarters, ..self }.fit()
    }
    /// Zooms in or out; the point of the canvas under the pointer stays fixed. Points are relative to the middle.
    pub fn zoom_by(self, steps: i64, point: Pair) -> Self {
        let change = (self.zoom * STEP / 100).max(STEP) * steps;
        let zoom = (self.zoom + change).clamp(FIT, NEAREST);
        let keep = |point: i64, aside: i64| point - (point - aside) * zoom / self.zoom;
        let aside = (keep(point.0, self.aside.0), keep(point.1, self.aside.1));
        Self {
            zoom,
            aside,
            ..self
        }
        .clamped()
    }
    /// Moves the image.
    pub fn moved_by(self, by: Pair) -> Self {
        let aside = (self.aside.0 + by.0, self.aside.1 + by.1);
        Self { aside, ..self }.clamped()
    }
    /// Limits the offset, so that the image never leaves the canvas.
    fn clamped(self) -> Self {
        let (width, height) = self.rotated_size();
        let most = |side: i64| side * (self.zoom - FIT) / (2 * FIT);
        let limit = |aside: i64, most: i64| aside.clamp(-most, most);
        let aside = (
            limit(self.aside.0, most(width)),
            limit(self.aside.1, most(height)),
        );
        Self { aside, ..self }
    }
    /// Converts a distance on the screen into one in the image, for a canvas in which the whole image fits.
    pub fn image_distance(&self, canvas: Pair, (x, y): Pair) -> Pair {
        let (width, height) = self.rotated_size();
        let (wide, high) = (canvas.0.max(1), canvas.1.max(1));
        if width * high > height * wide {
            (x * width / wide, y * width / wide)
        } else {
            (x * height / high, y * height / high)
        }
    }
    /// Returns the `viewBox`.
    pub fn frame(&self) -> String {
        let (width, height) = self.rotated_size();
        format!("0 0 {width} {height}")
    }
    /// Returns the `transform` of the image.
    pub fn transform(&self) -> String {
        let ((width, height), (x, y)) = (self.rotated_size(), self.aside);
        format!(
            "translate({} {}) scale({}.{:02}) rotate({}) translate(-{} -{})",
            width / 2 + x,
            height / 2 + y,
            self.zoom / 100,
            self.zoom % 100,
            self.quarters * 90,
            self.size.0 / 2,
            self.size.1 / 2,
        )
    }
    /// Describes the view for screen readers.
    pub fn text(&self) -> String {
        match self.quarters {
            0 => format!("{} %", self.zoom),
            quarters => format!("{} %, rotated by {}°", self.zoom, quarters * 90),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn zoom_keeps_the_point_under_the_pointer() {
        let view = View::of((400, 200));
        assert_eq!(view.frame(), "0 0 400 200");
        assert_eq!(
            view.transform(),
            "translate(200 100) scale(1.00) rotate(0) translate(-200 -100)"
        );
        let near = view.zoom_by(4, (100, 50));
        assert_eq!((near.zoom, near.aside), (200, (-100, -50)));
        assert_eq!(near.zoom_by(-4, (0, 0)), view);
        assert_eq!(view.zoom_by(100, (0, 0)).zoom, 800);
        assert_eq!(near.fit(), view);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn rotated_image_stays_on_the_canvas() {
        let view = View::of((400, 200)).rotate(1);
        assert_eq!(
            (view.rotated_size(), view.text().as_str()),
            ((200, 400), "100 %, rotated by 90°")
        );
        assert_eq!(view.rotate(-1), View::of((400, 200)));
        assert_eq!(view.rotate(3), View::of((400, 200)));
        assert_eq!(view.moved_by((999, 999)).aside, (0, 0));
        assert_eq!(
            view.zoom_by(4, (0, 0)).moved_by((999, -999)).aside,
            (100, -200)
        );
        assert_eq!(view.image_distance((100, 100), (10, 20)), (40, 80));
    }
}
