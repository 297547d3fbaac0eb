using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Reports;

/// <summary>The results as one page that opens from the disk: no script, no network, light or dark as the reader's system is.</summary>
internal static partial class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #222; --muted: #5f6368; --line: #dadce0; --ground: #fff; --panel: #f6f7f9; --good: #00694b; --bad: #b3261e; --link: #005a8f; }
        @media (prefers-color-scheme: dark) { :root { --ink: #eceff4; --muted: #9aa3b2; --line: #363b45; --ground: #16181d; --panel: #1e2128; --good: #4cc79a; --bad: #ff8a80; --link: #7cc0ee; } }
        body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.2rem 6rem; background: var(--ground); color: var(--ink); font: 16px/1.55 Inter, "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
        h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 0 0 .4rem; } p { margin: .5rem 0; }
        a { color: var(--link); } .muted, small, figcaption { color: var(--muted); font-size: .88rem; }
        section { border-top: 1px solid var(--line); margin-top: 2.6rem; padding-top: 1.6rem; }
        nav ol { columns: 2; column-gap: 2rem; padding-left: 2rem; } @media (max-width: 40rem) { nav ol { columns: 1; } } nav li { break-inside: avoid; padding: .08rem 0; }
        .good { color: var(--good); } .verdict, td .good, td .bad { white-space: nowrap; } sub, sup { line-height: 0; } .bad { color: var(--bad); } .verdict { font-weight: 600; font-size: .95rem; margin-left: .6rem; }
        .formula { background: var(--panel); padding: .8rem 1rem; border-radius: .4rem; font: 1.02rem/1.7 "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Serif", serif; white-space: pre-wrap; }
        figure { margin: 1.2rem 0; } figure img { max-width: 100%; height: auto; display: block; }
        .table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .88rem; } th { text-align: left; color: var(--muted); font-weight: 500; }
        th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
        .command { white-space: nowrap; } code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .86em; }
        """;

    public static string Html(ReportHeader header, IReadOnlyList<ExperimentResult> results)
    {
        var page = new StringBuilder();
        var checks = results.Sum(r => r.Checks.Count);
        var failed = results.Where(r => !r.Passed).ToList();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>The theory, run</title>\n<style>\n")
            .Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>The theory of diffusion models, run</h1>\n");
        page.Append(Invariant($"<p class=\"muted\">{Count(results.Count, "experiment")}, {Count(checks, "check")}, seed {header.Seed}{(header.Quick ? ", quick sizes" : "")}. Each computes both sides of its claim and is held to a tolerance that is derived beforehand.</p>\n"));
        if (results.Count < header.Asked) page.Append(Invariant($"<p><strong>{results.Count} of {header.Asked} so far</strong>: the run goes on, or it was stopped.</p>\n"));
        page.Append(failed.Count == 0
            ? Invariant($"<p class=\"good\"><strong>{(results.Count < header.Asked ? $"These {results.Count} hold." : "All hold.")}</strong></p>\n")
            : Invariant($"<p class=\"bad\"><strong>{failed.Count} of {results.Count} failed:</strong> {string.Join(", ", failed.Select(r => $"<a href=\"#{r.Experiment.Name}\">{r.Experiment.Name}</a>"))}.</p>\n"));
        page.Append("<nav><ol>\n");
        foreach (var result in results)
            page.Append(Invariant($"<li><a href=\"#{result.Experiment.Name}\">{Text(result.Experiment.Title)}</a> {Verdict(result.Passed)}</li>\n"));
        page.Append("</ol></nav>\n");
        foreach (var result in results) Section(page, result);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Section(StringBuilder page, ExperimentResult result)
    {
        var experiment = result.Experiment;
        page.Append(Invariant($"<section id=\"{experiment.Name}\">\n<h2>{Text(experiment.Title)}<span class=\"verdict\">{Verdict(result.Passed)}</span></h2>\n<p>{Text(experiment.Claim)}</p>\n"));
        page.Append("<div class=\"formula\">").Append(Text(string.Join('\n', experiment.Formula))).Append("</div>\n");
        if (result.Failure is { } failure) page.Append(Invariant($"<p class=\"bad\">It broke down: {Text(failure)}</p>\n"));
        foreach (var figure in result.Figures)
            page.Append(Invariant($"<figure><img src=\"{figure.File}\" alt=\"{Plain(experiment.Title)}: figure {Plain(Path.GetFileNameWithoutExtension(figure.File))}, described below\"><figcaption>{Text(figure.Caption)}</figcaption></figure>\n"));
        if (result.Checks.Count > 0)
        {
            page.Append("<div class=\"table\"><table>\n<tr><th>checked</th><th>measured</th><th></th><th>expected</th><th>tolerance</th><th></th></tr>\n");
            foreach (var check in result.Checks) page.Append(Row(check));
            page.Append("</table></div>\n");
        }

        if (result.Values.Count > 0)
        {
            page.Append("<div class=\"table\"><table>\n<tr><th>also found</th><th></th></tr>\n");
            foreach (var value in result.Values) page.Append(Invariant($"<tr><td>{Text(value.What)}</td><td class=\"n\">{Number(value.Value)}</td></tr>\n"));
            page.Append("</table></div>\n");
        }

        page.Append(Invariant($"<p class=\"muted\">Sources: {Text(string.Join("; ", experiment.Sources))}.<br>Code: <code>{ExperimentPlaces.Code(experiment)}</code>. {(ExperimentPlaces.Page(experiment) is { } derivation ? $"Derivation: <code>{derivation}</code>. " : "")}Alone: <code class=\"command\">diffusion theory {experiment.Name} --out {experiment.Name}</code></p>\n</section>\n"));
    }

    private static string Row(Check check)
    {
        var relation = check.Relation switch { Relation.Equal => check.Tolerance.Value == 0 ? "=" : "≈", Relation.AtMost => "≤", _ => "≥" };
        return Invariant($"<tr><td>{Text(check.What)}</td><td class=\"n\">{Number(check.Measured)}</td><td>{relation}</td><td class=\"n\">{Number(check.Expected)}</td><td><span class=\"n\">{(check.Tolerance.Value == 0 ? "0" : "± " + Number(check.Tolerance.Value, "G2"))}</span> <small>{Text(check.Tolerance.Reason)}</small></td><td>{Verdict(check.Passed)}</td></tr>\n");
    }

    private static string Verdict(bool passed) => passed ? "<span class=\"good\">✓ holds</span>" : "<span class=\"bad\">✗ fails</span>";

    // Text is escaped for HTML; letters beyond ASCII stay as they are, the page is UTF-8.
    private static string Plain(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    // x_t, x_(t−1) and x_{t−1} get their subscripts, x^(2) and x^{2} their superscripts.
    private static string Text(string text) => Raised().Replace(Lowered().Replace(Plain(text), Sub), m => $"<sup>{m.Groups[1].Value}{m.Groups[2].Value}{m.Groups[3].Value}</sup>");

    private static string Sub(Match match) => $"<sub>{match.Groups[1].Value}{match.Groups[2].Value}{match.Groups[3].Value}</sub>";

    [GeneratedRegex(@"(?<=[\p{L}\p{M}\p{N}\p{S})])_(?:\{([^{}]*)\}|\(([^()]*)\)|([\p{L}\p{N}]+))")]
    private static partial Regex Lowered();

    [GeneratedRegex(@"\^(?:\{([^{}]*)\}|\(([^()]*)\)|([\p{L}\p{N}−]+))")]
    private static partial Regex Raised();

    private static string Count(int count, string what) => Invariant($"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Number(double value, string format = "G6") => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
