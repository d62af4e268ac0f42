//! How a picture is looked at: how near, how turned, and which part of it. Whole numbers only: shares of a hundred for
//! the distance, quarters of a turn, and pixels of the picture.

/// Nearer and farther by this share.
const STEP: i64 = 25;
const NEAREST: i64 = 800;
/// The whole picture fills the stage.
const FIT: i64 = 100;

/// A size, or a distance to the right and down.
pub(super) type Pair = (i64, i64);

/// How a picture of a size is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    pub size: Pair,
    pub zoom: i64,
    pub quarters: i64,
    /// How far its middle is from the middle of the stage.
    pub aside: Pair,
}

impl View {
    /// The whole picture, as it is.
    pub fn of(size: Pair) -> Self {
        Self {
            size: (size.0.max(1), size.1.max(1)),
            zoom: FIT,
            quarters: 0,
            aside: (0, 0),
        }
    }
    /// Its size as it stands on the stage.
    pub fn turned(&self) -> Pair {
        match self.quarters % 2 {
            0 => self.size,
            _ => (self.size.1, self.size.0),
        }
    }
    /// The whole picture again, turned as it is.
    pub fn fit(self) -> Self {
        Self {
            zoom: FIT,
            aside: (0, 0),
            ..self
        }
    }
    /// A quarter further to the right, or to the left.
    pub fn turn(self, quarters: i64) -> Self {
        let quarters = (self.quarters + quarters).rem_euclid(4);
        Self { quarters, ..self }.fit()
    }
    /// Nearer or farther; what is under a point of the stage stays there. Points are told from the middle.
    pub fn nearer(self, steps: i64, point: Pair) -> Self {
        let change = (self.zoom * STEP / 100).max(STEP) * steps;
        let zoom = (self.zoom + change).clamp(FIT, NEAREST);
        let keep = |point: i64, aside: i64| point - (point - aside) * zoom / self.zoom;
        let aside = (keep(point.0, self.aside.0), keep(point.1, self.aside.1));
        Self {
            zoom,
            aside,
            ..self
        }
        .held()
    }
    /// Another part of it.
    pub fn moved(self, by: Pair) -> Self {
        let aside = (self.aside.0 + by.0, self.aside.1 + by.1);
        Self { aside, ..self }.held()
    }
    /// The picture is never pushed off the stage.
    fn held(self) -> Self {
        let (width, height) = self.turned();
        let most = |side: i64| side * (self.zoom - FIT) / (2 * FIT);
        let within = |aside: i64, most: i64| aside.clamp(-most, most);
        let aside = (
            within(self.aside.0, most(width)),
            within(self.aside.1, most(height)),
        );
        Self { aside, ..self }
    }
    /// A distance on the screen as one in the picture, on a stage of a size in which the whole picture fits.
    pub fn within(&self, stage: Pair, (x, y): Pair) -> Pair {
        let (width, height) = self.turned();
        let (wide, high) = (stage.0.max(1), stage.1.max(1));
        if width * high > height * wide {
            (x * width / wide, y * width / wide)
        } else {
            (x * height / high, y * height / high)
        }
    }
    /// What the drawing shows.
    pub fn frame(&self) -> String {
        let (width, height) = self.turned();
        format!("0 0 {width} {height}")
    }
    /// Where the picture is put in it.
    pub fn transform(&self) -> String {
        let ((width, height), (x, y)) = (self.turned(), self.aside);
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
    /// For who cannot see it.
    pub fn says(&self) -> String {
        match self.quarters {
            0 => format!("{} %", self.zoom),
            quarters => format!("{} %, turned by {}°", self.zoom, quarters * 90),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_under_the_pointer_stays_there() {
        let view = View::of((400, 200));
        assert_eq!(view.frame(), "0 0 400 200");
        assert_eq!(
            view.transform(),
            "translate(200 100) scale(1.00) rotate(0) translate(-200 -100)"
        );
        let near = view.nearer(4, (100, 50));
        assert_eq!((near.zoom, near.aside), (200, (-100, -50)));
        assert_eq!(near.nearer(-4, (0, 0)), view);
        assert_eq!(view.nearer(100, (0, 0)).zoom, 800);
        assert_eq!(near.fit(), view);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_picture_is_turned_and_never_lost() {
        let view = View::of((400, 200)).turn(1);
        assert_eq!(
            (view.turned(), view.says().as_str()),
            ((200, 400), "100 %, turned by 90°")
        );
        assert_eq!(view.turn(-1), View::of((400, 200)));
        assert_eq!(view.turn(3), View::of((400, 200)));
        assert_eq!(view.moved((999, 999)).aside, (0, 0));
        assert_eq!(view.nearer(4, (0, 0)).moved((999, -999)).aside, (100, -200));
        assert_eq!(view.within((100, 100), (10, 20)), (40, 80));
    }
}
