//! Charts: lines and bars, each with a table for screen readers. Coordinates are whole thousandths of the drawing,
//! which stretches to the available width; labels are HTML beside it, so they do not stretch.

mod periods;
mod scale;

pub use periods::{Lane, Period, periods};

use leptos::prelude::*;
use scale::{Scale, thousandths};
use std::sync::Arc;

/// The kind of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Lines over time.
    Lines,
    /// Bars side by side.
    Bars,
}

/// A point on the horizontal axis, with one value per series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The label of the point.
    pub label: String,
    /// The values, in the order of the series.
    pub values: Vec<i64>,
    /// The address of the rows behind the point.
    pub href: Option<String>,
}

/// A chart.
#[derive(Clone)]
pub struct Chart {
    /// The title.
    pub title: String,
    /// The names of the series; the second one is the comparison.
    pub series: Vec<&'static str>,
    /// The points.
    pub points: Vec<Point>,
    /// Formats a value with its unit.
    pub write: Arc<dyn Fn(i64) -> String + Send + Sync>,
    /// The kind of the chart.
    pub draw: Draw,
}

impl Chart {
    /// Draws the chart.
    pub fn view(self) -> AnyView {
        let top = self
            .points
            .iter()
            .flat_map(|point| point.values.iter().copied())
            .max()
            .unwrap_or(0);
        let scale = Scale::over(top);
        let ticks = scale
            .ticks()
            .into_iter()
            .rev()
            .map(|tick| view! { <span>{(self.write)(tick)}</span> })
            .collect_view();
        let lines = scale.ticks().into_iter().map(|tick| {
            let y = scale.y(tick);
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
            .map(|(index, point)| self.column(point, (last - index).is_multiple_of(step)))
            .collect_view();
        let legend = (self.series.len() > 1).then(|| {
            let names = self
                .series
                .iter()
                .enumerate()
                .map(|(index, name)| view! { <span class=series(index)>{*name}</span> });
            view! { <div class="chart-legend">{names.collect_view()}</div> }
        });
        view! {
            <figure class="chart" aria-label=self.title.clone()>
                {legend}
                <div class="chart-body">
                    <div class="chart-marks" aria-hidden="true">{ticks}</div>
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

    fn values(&self, index: usize) -> impl Iterator<Item = i64> {
        self.points
            .iter()
            .map(move |point| point.values.get(index).copied().unwrap_or(0))
    }

    fn lines(&self, scale: &Scale) -> AnyView {
        let count = self.points.len();
        let line = |index: usize| {
            let points: Vec<String> = self
                .values(index)
                .enumerate()
                .map(|(at, value)| {
                    format!("{},{}", thousandths(2 * at + 1, 2 * count), scale.y(value))
                })
                .collect();
            view! { <polyline class=format!("chart-line {}", series(index)) points=points.join(" ")/> }
        };
        (0..self.series.len())
            .rev()
            .map(line)
            .collect_view()
            .into_any()
    }

    fn bars(&self, scale: &Scale) -> AnyView {
        let (count, each) = (self.points.len(), self.series.len().max(1));
        let bar = |index: usize| {
            let rects = self.values(index).enumerate().map(move |(at, value)| {
                // A bar takes three fifths of its column, shared among the series.
                let (x, width, y) = (
                    thousandths((5 * at + 1) * each + 3 * index, 5 * count * each),
                    thousandths(3, 5 * count * each),
                    scale.y(value),
                );
                view! { <rect x=x width=width y=y height=1000 - y/> }
            });
            view! { <g class=format!("chart-bars {}", series(index))>{rects.collect_view()}</g> }
        };
        (0..self.series.len()).map(bar).collect_view().into_any()
    }

    fn column(&self, point: &Point, labelled: bool) -> AnyView {
        let values = self.series.iter().zip(&point.values).enumerate();
        let values = values
            .map(|(index, (name, value))| {
                view! { <span class=series(index)>{*name}<b>
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
        let headers = self
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
        {headers}</tr></thead><tbody>{self.points.iter().map(row).collect_view()}</tbody></table> }
        .into_any()
    }
}

const fn series(index: usize) -> &'static str {
    if index == 0 { "s1" } else { "s2" }
}
