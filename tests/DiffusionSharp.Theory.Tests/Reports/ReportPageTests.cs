using System.Text.RegularExpressions;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Reports;

namespace DiffusionSharp.Theory.Tests.Reports;

public sealed class ReportPageTests
{
    private static readonly ReportHeader Header = new(3, true, 1);

    [Fact]
    public void Claim_and_verdict_come_first_then_formula_figures_and_checks()
    {
        var page = Page(Result(checks: 6));
        string[] order = ["All hold.", "<h2>A claim <span class=\"verdict\"><span class=\"good\">✓ holds</span></span></h2>", "One is x<sub>t−1</sub>.", "<div class=\"formula\"", "<figure>", "<summary>6 checks", "Sources: "];
        var places = order.Select(o => page.IndexOf(o, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void A_long_table_folds_and_says_how_many_checks_hold()
    {
        Assert.Contains("<details><summary>6 checks: <span class=\"good\">✓ all hold</span></summary>", Page(Result(checks: 6)), StringComparison.Ordinal);
        Assert.Contains("<details open><summary>1 check: <span class=\"good\">✓ it holds</span></summary>", Page(Result(checks: 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_with_a_check_that_fails_is_open()
    {
        var page = Page(Result(checks: 6, failed: 2));
        Assert.Contains("<details open><summary>6 checks: 4 hold, <span class=\"bad\">✗ 2 fail</span></summary>", page, StringComparison.Ordinal);
        Assert.Contains("1 of 1 failed:", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_cell_of_a_check_has_its_label_for_a_narrow_screen()
    {
        var row = Regex.Match(Page(Result(checks: 1)), "<tbody>\n(<tr>.*</tr>)").Groups[1].Value;
        Assert.Equal(["measured", "expected", "tolerance", "verdict"], Regex.Matches(row, "data-label=\"([a-z]+)\"").Select(m => m.Groups[1].Value));
        Assert.Contains("data-label=\"measured\">1.25·10<sup>−9</sup></td>", row, StringComparison.Ordinal);
        Assert.Contains("data-label=\"expected\">≤ 1</td>", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_panel_of_a_figure_is_a_window_on_its_file()
    {
        var page = Page(Result(checks: 1));
        Assert.Contains("<div class=\"panels\" tabindex=\"0\" style=\"--c:2;--r:2;--w:640;--h:400\">", page, StringComparison.Ordinal);
        var windows = Regex.Matches(page, "--i:(\\d);--j:(\\d)\"><img src=\"claim-f.svg\" alt=\"([^\"]*)\">");
        Assert.Equal(["00", "10", "01"], windows.Select(m => m.Groups[1].Value + m.Groups[2].Value));
        Assert.Equal(["A claim: figure claim-f, described below", "", ""], windows.Select(m => m.Groups[3].Value));
    }

    [Fact]
    public void A_formula_is_typeset_and_what_is_no_formula_is_shown_as_it_is_written()
    {
        var page = Page(Result(checks: 1));
        Assert.Contains("<math display=\"block\" alttext=\"x_t = α_t x₀\">", page, StringComparison.Ordinal);
        Assert.Contains("<div>100 % &amp; more</div>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_no_script_and_needs_no_network_and_the_same_results_give_the_same_bytes()
    {
        var page = Page(Result(checks: 6));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("https?:|url\\(|@import| on[a-z]+=", page);
        Assert.Equal(page, Page(Result(checks: 6)));
    }

    private static string Page(ExperimentResult result) => ReportPage.Html(Header, [result]);

    private static ExperimentResult Result(int checks, int failed = 0)
    {
        var notebook = new Notebook("claim");
        for (var k = 0; k < checks; k++) notebook.AtMost($"side {k}", k < failed ? 2 : 1.25e-9, 1, Tolerance.Chosen);
        notebook.Report("a number", 3);
        notebook.Figure("f", "Three panels.", columns: 2, [.. Enumerable.Range(0, 3).Select(k => new SvgPlot([new LineSeries("", [0, 1], [0, k + 1])]))]);
        return new ExperimentResult(new Claimed(), notebook.Checks, notebook.Values, notebook.Figures, null);
    }

    private sealed class Claimed : Experiment
    {
        public override string Name => "claim";

        public override string Title => "A claim";

        public override string Claim => "One is x_(t−1).";

        public override IReadOnlyList<string> Formula => ["x_t = α_t x₀", "100 % & more"];

        public override IReadOnlyList<string> Sources => ["Somebody 1900"];

        protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook) => throw new NotSupportedException();
    }
}
