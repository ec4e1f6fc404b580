// Inside the room: what is drawn outside every element (lines, frames, feet of sheets) is said to be an
// artifact, so that a program which reads a paper aloud leaves it out (ISO 32000-1, 14.8.2.2).
#pragma once
#include <qpdf/QPDF.hh>

namespace versoir::paper {

/// Cairo 1.16 tags elements and knows no artifacts.
void mark_artifacts(QPDF& pdf);

}  // namespace versoir::paper
