namespace DiffusionSharp.Theory.Reports;

/// <summary>How the page of results looks: a column to read, light or dark, down to a telephone's width.</summary>
internal static class ReportStyle
{
    public const string Css = $$"""
        :root { color-scheme: light dark; {{Day}} }
        @media (prefers-color-scheme: dark) {
          :root { {{Night}} }
        }
        body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.2rem 6rem; background: var(--ground); color: var(--ink);
          font: 16px/1.55 Inter, "Helvetica Neue", Arial, "Liberation Sans", sans-serif; overflow-wrap: break-word; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; line-height: 1.35; margin: 0 0 .4rem; } p { margin: .5rem 0; }
        a { color: var(--link); } .muted, small, figcaption { color: var(--muted); font-size: .88rem; } sub, sup { line-height: 0; }
        section { border-top: 1px solid var(--line); margin-top: 2.6rem; padding-top: 1.6rem; }
        nav ol { columns: 2; column-gap: 2rem; padding-left: 2rem; } nav li { break-inside: avoid; padding: .08rem 0; }
        .good { color: var(--good); } .bad { color: var(--bad); } .good, .bad { white-space: nowrap; } p.bad { white-space: normal; }
        .lead { font-size: 1.15rem; } .claim { font-size: 1.05rem; } .verdict { font-weight: 600; font-size: .95rem; margin-left: .3rem; }
        .formula { background: var(--panel); padding: .7rem 1rem; border-radius: .4rem; overflow-x: auto; }
        .formula > div { padding: .35rem 0; line-height: 2; } .formula math { display: inline math; font: 1.1em {{MathFonts}}; } .gap { padding-left: 1.6em; }
        figure { margin: 1.2rem 0; } figure > img { max-width: 100%; height: auto; }
        .panels { display: grid; grid-template-columns: repeat(var(--c), minmax(0, 1fr)); max-width: calc(var(--c) * var(--w) * 1px); }
        .panel { position: relative; overflow: hidden; aspect-ratio: var(--w) / var(--h); }
        .panel img { position: absolute; max-width: none; {{Window}} }
        details { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; padding: .15rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: .88rem; } th { text-align: left; color: var(--muted); font-weight: 500; }
        th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } tr > :last-child { padding-right: 0; }
        .n { font-variant-numeric: tabular-nums; white-space: nowrap; }
        code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .86em; overflow-wrap: anywhere; }
        @media (max-width: 40rem) {
          body { padding: 1.2rem 1rem 4rem; } nav ol { columns: 1; padding-left: 1.6rem; } .formula { padding: .5rem .7rem; } .gap { padding-left: 0; }
          .panels { grid-template-columns: 1fr; max-width: none; overflow-x: auto; } .panel { min-width: calc(var(--w) * .72px); }
          .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .cards, .cards tbody, .cards tr, .cards td { display: block; }
          .cards tr { background: var(--panel); border-radius: .4rem; padding: .6rem .7rem; margin: .6rem 0; }
          .cards td { border: 0; padding: .1rem 0; } .cards td[data-label] { padding-left: 5.6rem; }
          .cards td[data-label]::before { content: attr(data-label); color: var(--muted); float: left; width: 5.6rem; margin-left: -5.6rem; }
        }
        @media print { .panels, .formula { overflow: visible; } section { break-inside: avoid-page; } }
        """;

    private const string Day =
        "--ink: #222; --muted: #5f6368; --line: #dadce0; --ground: #fff; --panel: #f6f7f9; --good: #00694b; --bad: #b3261e; --link: #005a8f;";

    private const string Night =
        "--ink: #eceff4; --muted: #9aa3b2; --line: #363b45; --ground: #16181d; --panel: #1e2128; --good: #4cc79a; --bad: #ff8a80; --link: #7cc0ee;";

    private const string MathFonts =
        "\"STIX Two Math\", \"Latin Modern Math\", \"Cambria Math\", \"STIX Math\", \"Libertinus Math\", \"DejaVu Math TeX Gyre\", math";

    // A panel shows its part of the one picture that holds them all.
    private const string Window =
        "width: calc(var(--c) * 100%); height: calc(var(--r) * 100%); left: calc(var(--i) * -100%); top: calc(var(--j) * -100%);";
}
