/** The page's only style; its digest is what the page's policy admits. */
export const style = `
:root{color-scheme:light dark;--line:light-dark(#dde1e7,#353b45);--soft:light-dark(#f5f6f8,#1d2127);--ink:light-dark(#1c2430,#e3e6eb);
--dim:light-dark(#5b6675,#98a2b1);--link:light-dark(#0b57b0,#8ab8ff);--get:light-dark(#0b57b0,#8ab8ff);--post:light-dark(#17734a,#68d39d);--patch:light-dark(#8a5a00,#f0c060)}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:light-dark(#fff,#14171c);display:grid;grid-template-columns:19rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);background:var(--soft);font-size:.875rem}
nav h2{font-size:.75rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:1.4rem 0 .4rem}
nav a{display:block;padding:.15rem 0;color:inherit;text-decoration:none}
nav a:hover{color:var(--link)}
main{padding:2rem 3rem 6rem;max-width:72rem}
a{color:var(--link)}
h1{margin:0 0 .25rem;font-size:2rem}
h2{margin:3.5rem 0 .5rem;font-size:1.5rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
h3{margin:0;font-size:1.2rem}
h4{margin:1.4rem 0 .4rem;font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim)}
section{margin:2rem 0;padding-top:1.5rem;border-top:1px solid var(--line)}
h2+section,h2+p+section{border-top:0}
code{font:.875em/1.5 ui-monospace,monospace;background:var(--soft);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;margin:.8rem 0}
pre code{background:none;padding:0;overflow-wrap:normal}
small,.type{color:var(--dim);font-size:.85rem}
.method{display:inline-block;min-width:3.6em;font:700 .7rem/1 ui-monospace,monospace;color:var(--dim)}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}
.route code{background:none;font-size:1rem;margin-right:.8rem}
table{width:100%;border-collapse:collapse;font-size:.9rem;margin:.6rem 0}
th{text-align:left;font-size:.75rem;color:var(--dim);font-weight:600}
th,td{padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:0 .8rem}
summary{padding:.45rem 0;cursor:pointer}
.s2 strong{color:var(--post)}.s4 strong{color:var(--patch)}.s5 strong{color:light-dark(#b3261e,#ff8a80)}
@media (max-width:60rem){body{display:block}nav{position:static;height:auto;max-height:40vh;border-right:0;border-bottom:1px solid var(--line);padding:1rem}
main{padding:1.2rem 1rem 4rem}table,thead,tbody,tr,td{display:block}thead{display:none}tr{border-bottom:1px solid var(--line);padding:.4rem 0}td{border:0;padding:.1rem 0}td:empty{display:none}}
@media (min-width:60.01rem){.fields td:first-child,.fields td.place{white-space:nowrap}}
@media print{nav{display:none}body{display:block}}
`;
