//! Charts: lines and bars, each with its table for who cannot see them. Coordinates are whole thousandths of the
//! drawing, which stretches to the room it has; words stand beside it in HTML, where they do not stretch.

mod scale;
mod windows;

pub use windows::{Lane, Window, windows};

use leptos::prelude::*;
use scale::{Scale, thousandths};
use std::sync::Arc;

/// How the values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// As lines over time.
    Lines,
    /// As bars side by side.
    Bars,
}

/// A place on the horizontal axis, with one value per series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What it is called.
    pub label: String,
    /// The values, in the order of the series.
    pub values: Vec<i64>,
    /// Where its rows are.
    pub href: Option<String>,
}

/// A chart.
#[derive(Clone)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The names of its series; the second one is the comparison.
    pub series: Vec<&'static str>,
    /// Its points.
    pub points: Vec<Point>,
    /// How a value is written, with its unit.
    pub write: Arc<dyn Fn(i64) -> String + Send + Sync>,
    /// How it is drawn.
    pub draw: Draw,
}

impl Chart {
    /// Draws it.
    pub fn view(self) -> AnyView {
        let top = self
            .points
            .iter()
            .flat_map(|point| point.values.iter().copied())
            .max()
            .unwrap_or(0);
        let scale = Scale::over(top);
        let marks = scale
            .marks()
            .into_iter()
            .rev()
            .map(|mark| view! { <span>{(self.write)(mark)}</span> })
            .collect_view();
        let lines = scale.marks().into_iter().map(|mark| {
            let y = scale.y(mark);
            view! { <line class="chart-grid" x1="0" x2="1000" y1=y y2=y/> }
        });
        let lines = lines.collect_view();
        let drawn = match self.draw {
            Draw::Lines => self.lines(&scale),
            Draw::Bars => self.bars(&scale),
        };
        let step = self.points.len().div_ceil(7).max(1);
        let last = self.points.len().saturating_sub(1);
        let columns = self
            .points
            .iter()
            .enumerate()
            .map(|(place, point)| self.column(point, (last - place).is_multiple_of(step)))
            .collect_view();
        let legend = (self.series.len() > 1).then(|| {
            let names = self
                .series
                .iter()
                .enumerate()
                .map(|(place, name)| view! { <span class=series(place)>{*name}</span> });
            view! { <div class="chart-legend">{names.collect_view()}</div> }
        });
        view! {
            <figure class="chart" aria-label=self.title.clone()>
                {legend}
                <div class="chart-body">
                    <div class="chart-marks" aria-hidden="true">{marks}</div>
                    <div class="chart-plot">
                        <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{lines}{drawn}</svg>
                        <div class="chart-columns" aria-hidden="true">{columns}</div>
                    </div>
                </div>
                {self.table()}
            </figure>
        }
        .into_any()
    }

    fn values(&self, place: usize) -> impl Iterator<Item = i64> {
        self.points
            .iter()
            .map(move |point| point.values.get(place).copied().unwrap_or(0))
    }

    fn lines(&self, scale: &Scale) -> AnyView {
        let count = self.points.len();
        let line = |place: usize| {
            let points: Vec<String> = self
                .values(place)
                .enumerate()
                .map(|(at, value)| {
                    format!("{},{}", thousandths(2 * at + 1, 2 * count), scale.y(value))
                })
                .collect();
            view! { <polyline class=format!("chart-line {}", series(place)) points=points.join(" ")/> }
        };
        (0..self.series.len())
            .rev()
            .map(line)
            .collect_view()
            .into_any()
    }

    fn bars(&self, scale: &Scale) -> AnyView {
        let (count, each) = (self.points.len(), self.series.len().max(1));
        let bar = |place: usize| {
            let rects = self.values(place).enumerate().map(move |(at, value)| {
                // A bar takes three fifths of its column, shared among the series.
                let (x, width, y) = (
                    thousandths((5 * at + 1) * each + 3 * place, 5 * count * each),
                    thousandths(3, 5 * count * each),
                    scale.y(value),
                );
                view! { <rect x=x width=width y=y height=1000 - y/> }
            });
            view! { <g class=format!("chart-bars {}", series(place))>{rects.collect_view()}</g> }
        };
        (0..self.series.len()).map(bar).collect_view().into_any()
    }

    fn column(&self, point: &Point, labelled: bool) -> AnyView {
        let values = self.series.iter().zip(&point.values).enumerate();
        let values = values
            .map(|(place, (name, value))| {
                view! { <span class=series(place)>{*name}<b>
                {(self.write)(*value)}</b></span> }
            })
            .collect_view();
        let tip =
            view! { <div class="chart-tip"><strong>{point.label.clone()}</strong>{values}</div> };
        let label =
            labelled.then(|| view! { <span class="chart-label">{point.label.clone()}</span> });
        match point.href.clone() {
            Some(href) => {
                view! { <a class="chart-column" tabindex="-1" href=href>{tip}{label}</a> }
                    .into_any()
            }
            None => view! { <div class="chart-column">{tip}{label}</div> }.into_any(),
        }
    }

    fn table(&self) -> AnyView {
        let heads = self
            .series
            .iter()
            .map(|name| view! { <th scope="col">{*name}</th> })
            .collect_view();
        let row = |point: &Point| {
            let label = match point.href.clone() {
                Some(href) => view! { <a href=href>{point.label.clone()}</a> }.into_any(),
                None => point.label.clone().into_any(),
            };
            view! { <tr><th scope="row">{label}</th>{point.values.iter().map(|value| view! { <td>
            {(self.write)(*value)}</td> }).collect_view()}</tr> }
        };
        view! { <table class="sr-only"><caption>{self.title.clone()}</caption><thead><tr><td></td>
        {heads}</tr></thead><tbody>{self.points.iter().map(row).collect_view()}</tbody></table> }
        .into_any()
    }
}

const fn series(place: usize) -> &'static str {
    if place == 0 { "s1" } else { "s2" }
}
