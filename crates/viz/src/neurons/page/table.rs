//! The five best cells of each property.

use maud::{Markup, html};

use super::super::findings::Findings;
use super::best::{direction, look};
use super::two_digits;

pub(super) fn section(findings: &Findings) -> Markup {
    html! {
        section #table {
            h2 { "The best cells of each property" }
            p.faint {
                "Ordered by the passage they were chosen on; a cell with two signals stands here with "
                "the better one."
            }
            div.tables {
                @for (property, ranking) in findings.rankings() {
                    table data-property=(property.key()) {
                        caption { (property.title()) ", " (ranking.measure.name()) }
                        thead {
                            tr {
                                th scope="col" { "cell" }
                                th scope="col" { "is" }
                                th.number scope="col" { "chosen" }
                                th.number scope="col" { "other" }
                            }
                        }
                        tbody {
                            @for scored in &ranking.best {
                                tr {
                                    th scope="row" {
                                        span.nojs { (scored.site) }
                                        button.plain type="button" hidden data-look=(look(scored)) {
                                            (scored.site)
                                        }
                                    }
                                    td { (direction(ranking.measure, scored.rises)) }
                                    td.number { (two_digits(scored.chosen)) }
                                    td.number { (two_digits(scored.reported)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
