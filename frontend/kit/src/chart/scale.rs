//! The vertical axis: round ticks that cover the data.

/// The range from zero to a round number at or above the greatest value, in about four steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    step: i64,
    count: i64,
}

impl Scale {
    pub fn over(top: i64) -> Self {
        let (top, mut unit) = (top.max(1), 1_i64);
        let step = loop {
            let round = [1, 2, 5]
                .into_iter()
                .map(|digit| digit * unit)
                .find(|step| step.saturating_mul(4) >= top);
            match (round, unit.checked_mul(10)) {
                (Some(step), _) => break step,
                (None, Some(next)) => unit = next,
                (None, None) => break unit,
            }
        };
        let count = top / step + i64::from(top % step > 0);
        Self {
            step,
            count: count.max(1),
        }
    }
    /// Returns the values at which a grid line is drawn.
    pub fn ticks(self) -> Vec<i64> {
        (0..=self.count)
            .map(|index| index.saturating_mul(self.step))
            .collect()
    }
    /// Returns the distance of a value from the top, in thousandths.
    pub fn y(self, value: i64) -> i64 {
        let top = i128::from(self.step) * i128::from(self.count);
        let y = 1000 - i128::from(value.max(0)) * 1000 / top.max(1);
        i64::try_from(y).unwrap_or(0)
    }
}

/// Returns a share of the width, in thousandths.
pub(super) fn thousandths(part: usize, whole: usize) -> usize {
    part * 1000 / whole.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn ticks_are_round_and_cover_the_data() {
        for (top, ticks) in [
            (0, vec![0, 1]),
            (7, vec![0, 2, 4, 6, 8]),
            (930, vec![0, 500, 1000]),
            (12_500, vec![0, 5000, 10_000, 15_000]),
        ] {
            assert_eq!(Scale::over(top).ticks(), ticks, "{top}");
        }
        assert!(Scale::over(i64::MAX).y(i64::MAX) >= 0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn y_maps_values_to_thousandths() {
        let scale = Scale::over(1000);
        assert_eq!(
            (scale.y(0), scale.y(500), scale.y(1000), scale.y(-5)),
            (1000, 500, 0, 1000)
        );
    }
}
