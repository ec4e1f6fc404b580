// The style sheet of the consultation: readable without colour, on a small screen and on paper.
#include "consult/web_page.hpp"

namespace versoir::consult {

namespace {

constexpr std::string_view style_sheet = R"(
:root{--ink:#1b1b1f;--soft:#4a4a55;--line:#8d8d99;--thin:#d3d3dc;--paper:#fff;--tint:#f3f3f7;--link:#0b4f8a}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:78rem;padding:0 1.5rem 3rem;font:1rem/1.5 system-ui,"Segoe UI","Liberation Sans",sans-serif;color:var(--ink);background:var(--paper)}
a{color:var(--link)}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,main:focus-visible{outline:3px solid #b45309;outline-offset:2px}
main:focus{outline:none}
.skip{position:absolute;left:-100rem;padding:.4rem .8rem;background:var(--paper)}.skip:focus{left:1rem;top:.5rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding:.8rem 0;border-bottom:2px solid var(--line)}
.name{margin:0 auto 0 0;font-weight:700}.name span{font-weight:400;color:var(--soft)}
.reader{margin:0;color:var(--soft)}
nav ul,nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1rem;margin:0;padding:0}
.crumbs{padding:.6rem 0;font-size:.94rem}.crumbs li+li::before{content:"\203A";margin-right:1rem;color:var(--soft)}
.seal{padding:.5rem 0;font-size:.94rem}.seal p{margin:.2rem 0}
h1{font-size:1.6rem;line-height:1.25;margin:.6em 0 .5em}h2{font-size:1.3rem;margin:1.8em 0 .5em;border-bottom:2px solid var(--thin)}h3{font-size:1.1rem;margin:1.3em 0 .4em}h4{font-size:1rem;margin:1em 0 .3em}
p{max-width:48rem}.note{color:var(--soft)}
form.search{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin:1rem 0}
form.search label{display:block;font-weight:600}
input[type=text],input[type=date]{font:inherit;padding:.45rem .6rem;border:2px solid var(--line);border-radius:.25rem;max-width:85vw}
input[type=search]{font:inherit;padding:.5rem .7rem;border:2px solid var(--line);border-radius:.25rem;width:min(32rem,85vw)}
select{max-width:85vw}
select,button{font:inherit;padding:.45rem .8rem;border:2px solid var(--line);border-radius:.25rem;background:var(--tint);color:var(--ink);cursor:pointer}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1.25rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.7rem 0 1.2rem;font-size:.94rem}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--thin);overflow-wrap:break-word}thead th{background:var(--tint);border-bottom:2px solid var(--line)}tbody th{font-weight:600}
.badge{display:inline-block;padding:.05rem .55rem;border:2px solid;border-radius:.3rem;font-weight:600;margin:0 .4rem .2rem 0}
.ok{color:#14532d;background:#eaf6ee}.warning{color:#6b3d00;background:#fff5e0}.error{color:#8a1120;background:#fdecee}.info{color:#1f3f66;background:#eaf1f9}
.digest{font-family:ui-monospace,Consolas,"Liberation Mono",monospace;font-size:.85rem;overflow-wrap:anywhere}
.signature{margin:2.5rem 0 1rem;min-height:7rem;border:1px solid var(--line);padding:.6rem;max-width:26rem}
.override{border:2px solid #6b3d00;padding:.2rem .8rem}
.draft{border:2px solid var(--ink);padding:.3rem .8rem;font-weight:700;display:inline-block}
@media (max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}body{padding:0 .8rem 2rem}}
@media print{@page{margin:14mm}body{max-width:none;padding:0;font-size:10pt}header nav,header form,.reader,.crumbs,.skip,.noprint,form{display:none}a{color:inherit;text-decoration:none}h2,h3,h4,caption{break-after:avoid}table{font-size:8.5pt}thead{display:table-header-group}tr,.signature{break-inside:avoid}.scroll{overflow:visible}}
)";

}  // namespace

std::string_view web_style() noexcept { return style_sheet; }

}  // namespace versoir::consult
