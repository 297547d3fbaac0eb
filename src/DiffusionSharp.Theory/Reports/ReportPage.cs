using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Reports.Formulas;

namespace DiffusionSharp.Theory.Reports;

/// <summary>The results as one page that opens from the disk: no script, no network, light or dark as the reader's system is.</summary>
internal static partial class ReportPage
{
    // More rows than these are folded.
    private const int LongestOpen = 4;

    public static string Html(ReportHeader header, IReadOnlyList<ExperimentResult> results)
    {
        var page = new StringBuilder();
        var checks = results.Sum(r => r.Checks.Count);
        var failed = results.Where(r => !r.Passed).ToList();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>The theory, run</title>\n")
            .Append("<style>\n").Append(ReportStyle.Css).Append("\n</style>\n</head>\n<body>\n<h1>The theory of diffusion models, run</h1>\n");
        var links = string.Join(", ", failed.Select(r => $"<a href=\"#{r.Experiment.Name}\">{r.Experiment.Name}</a>"));
        page.Append(failed.Count == 0
            ? Invariant($"<p class=\"lead good\"><strong>{(results.Count < header.Asked ? $"These {results.Count} hold." : "All hold.")}</strong></p>\n")
            : Invariant($"<p class=\"lead bad\"><strong>{failed.Count} of {results.Count} failed:</strong> {links}.</p>\n"));
        if (results.Count < header.Asked)
        {
            page.Append(Invariant($"<p><strong>{results.Count} of {header.Asked} so far</strong>"))
                .Append(": the run goes on, or it was stopped.</p>\n");
        }

        page.Append(Invariant($"<p class=\"muted\">{Count(results.Count, "experiment")}, {Count(checks, "check")}, "))
            .Append(Invariant($"seed {header.Seed}{(header.Quick ? ", quick sizes" : "")}. "))
            .Append("Each computes both sides of its claim and is held to a tolerance that is derived beforehand.</p>\n");
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
        page.Append(Invariant($"<section id=\"{experiment.Name}\">\n"))
            .Append(Invariant($"<h2>{Text(experiment.Title)} <span class=\"verdict\">{Verdict(result.Passed)}</span></h2>\n"))
            .Append(Invariant($"<p class=\"claim\">{Text(experiment.Claim)}</p>\n"));
        if (result.Failure is { } failure) page.Append(Invariant($"<p class=\"bad\">It broke down: {Text(failure)}</p>\n"));
        page.Append("<div class=\"formula\" tabindex=\"0\">\n");
        foreach (var line in experiment.Formula)
            page.Append("<div>").Append(Formula.TryToMathMl(line, out var markup) ? markup : Text(line)).Append("</div>\n");
        page.Append("</div>\n");
        foreach (var figure in result.Figures) Figure(page, experiment, figure);
        if (result.Checks.Count > 0)
        {
            var summary = Invariant($"{Count(result.Checks.Count, "check")}: {Holding(result.Checks)}");
            Fold(page, result.Checks.Count, open: result.Checks.Any(c => !c.Passed), summary);
            page.Append("<table class=\"cards\">\n<thead><tr><th>checked</th><th>measured</th><th>expected</th><th>tolerance</th>")
                .Append("<th>verdict</th></tr></thead>\n<tbody>\n");
            foreach (var check in result.Checks) page.Append(Row(check));
            page.Append("</tbody>\n</table>\n</details>\n");
        }

        if (result.Values.Count > 0)
        {
            Fold(page, result.Values.Count, open: false, Invariant($"also found: {Count(result.Values.Count, "number")}"));
            page.Append("<table>\n");
            foreach (var value in result.Values) page.Append(Invariant($"<tr><td>{Text(value.What)}</td><td class=\"n\">{Number(value.Value)}</td></tr>\n"));
            page.Append("</table>\n</details>\n");
        }

        page.Append(Invariant($"<p class=\"muted\">Sources: {Text(string.Join("; ", experiment.Sources))}.<br>"))
            .Append(Invariant($"Code: <code>{ExperimentPlaces.Code(experiment)}</code>. "));
        if (ExperimentPlaces.Page(experiment) is { } derivation) page.Append(Invariant($"Derivation: <code>{derivation}</code>. "));
        page.Append(Invariant($"Alone: <code class=\"command\">diffusion theory {experiment.Name} --out {experiment.Name}</code></p>\n</section>\n"));
    }

    /// <summary>A figure's panels, each a window on the one file.</summary>
    /// <remarks>So they stand side by side where there is room, and one below the other where there is none.</remarks>
    private static void Figure(StringBuilder page, Experiment experiment, ExperimentFigure figure)
    {
        var alternative = Invariant($"{Plain(experiment.Title)}: figure {Plain(Path.GetFileNameWithoutExtension(figure.File))}, described below");
        var rows = (figure.Panels + figure.Columns - 1) / figure.Columns;
        page.Append("<figure>");
        if (Size().Match(figure.Svg) is { Success: true } size)
        {
            int Side(string name, int parts) => int.Parse(size.Groups[name].ValueSpan, CultureInfo.InvariantCulture) / parts;
            var (width, height) = (Side("w", figure.Columns), Side("h", rows));
            page.Append(Invariant($"<div class=\"panels\" tabindex=\"0\" style=\"--c:{figure.Columns};--r:{rows};--w:{width};--h:{height}\">"));
            for (var k = 0; k < figure.Panels; k++)
            {
                page.Append(Invariant($"<span class=\"panel\" style=\"--i:{k % figure.Columns};--j:{k / figure.Columns}\">"))
                    .Append(Invariant($"<img src=\"{figure.File}\" alt=\"{(k == 0 ? alternative : "")}\"></span>"));
            }

            page.Append("</div>");
        }
        else page.Append(Invariant($"<img src=\"{figure.File}\" alt=\"{alternative}\">"));

        page.Append(Invariant($"<figcaption>{Text(figure.Caption)}</figcaption></figure>\n"));
    }

    /// <summary>Opens a part that folds where it is long.</summary>
    private static void Fold(StringBuilder page, int rows, bool open, string summary) =>
        page.Append(Invariant($"<details{(open || rows <= LongestOpen ? " open" : "")}><summary>{summary}</summary>\n"));

    private static string Holding(IReadOnlyList<Check> checks)
    {
        var holding = checks.Count(c => c.Passed);
        return holding == checks.Count
            ? Invariant($"<span class=\"good\">✓ {(holding == 1 ? "it holds" : "all hold")}</span>")
            : Invariant($"{holding} hold, <span class=\"bad\">✗ {checks.Count - holding} {(checks.Count - holding == 1 ? "fails" : "fail")}</span>");
    }

    private static string Row(Check check)
    {
        var relation = check.Relation switch { Relation.Equal => check.Tolerance.Value == 0 ? "=" : "≈", Relation.AtMost => "≤", _ => "≥" };
        var tolerance = check.Tolerance.Value == 0 ? "0" : "± " + Number(check.Tolerance.Value, "G2");
        return string.Concat(
            Invariant($"<tr><td>{Text(check.What)}</td>"),
            Invariant($"<td class=\"n\" data-label=\"measured\">{Number(check.Measured)}</td>"),
            Invariant($"<td class=\"n\" data-label=\"expected\">{relation} {Number(check.Expected)}</td>"),
            Invariant($"<td data-label=\"tolerance\"><span class=\"n\">{tolerance}</span> <small>{Text(check.Tolerance.Reason)}</small></td>"),
            Invariant($"<td data-label=\"verdict\">{Verdict(check.Passed)}</td></tr>\n"));
    }

    private static string Verdict(bool passed) => passed ? "<span class=\"good\">✓ holds</span>" : "<span class=\"bad\">✗ fails</span>";

    // Text is escaped for HTML; letters beyond ASCII stay as they are, the page is UTF-8.
    private static string Plain(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    // x_t, x_(t−1) and x_{t−1} get their subscripts, x^(2) and x^{2} their superscripts.
    private static string Text(string text) =>
        Raised().Replace(Lowered().Replace(Plain(text), m => $"<sub>{Inner(m)}</sub>"), m => $"<sup>{Inner(m)}</sup>");

    // One of the three groups matched, the others are empty.
    private static string Inner(Match match) => match.Groups[1].Value + match.Groups[2].Value + match.Groups[3].Value;

    [GeneratedRegex(@"(?<=[\p{L}\p{M}\p{N}\p{S})])_(?:\{([^{}]*)\}|\(([^()]*)\)|([\p{Lu}\p{Ll}\p{Lo}\p{Nd}]+))")]
    private static partial Regex Lowered();

    [GeneratedRegex(@"\^(?:\{([^{}]*)\}|\(([^()]*)\)|([\p{Lu}\p{Ll}\p{Lo}\p{Nd}−]+))")]
    private static partial Regex Raised();

    [GeneratedRegex("^<svg [^>]*?width=\"(?<w>[1-9][0-9]{0,5})\" height=\"(?<h>[1-9][0-9]{0,5})\"")]
    private static partial Regex Size();

    private static string Count(int count, string what) => Invariant($"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Number(double value, string format = "G6")
    {
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        var power = text.IndexOf('E', StringComparison.Ordinal);
        if (power > 0 && double.IsFinite(value))
        {
            var exponent = int.Parse(text.AsSpan(power + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = Invariant($"{text[..power]}·10<sup>{exponent}</sup>");
        }

        return text.Replace('-', '−');
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
