using System.Text;
using System.Xml.Linq;
using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Reports.Formulas;

namespace DiffusionSharp.Theory.Tests.Reports;

public sealed class FormulaTests
{
    public static TheoryData<string> Formulas => [.. ExperimentCatalog.All.SelectMany(e => e.Formula)];

    [Theory]
    [MemberData(nameof(Formulas))]
    public void Every_formula_of_every_experiment_is_typeset_and_no_character_is_lost(string formula)
    {
        var maths = Parse(formula);
        Assert.Equal(Packed(formula), Packed(string.Concat(maths.Select(m => m.Attribute("alttext")!.Value))));
        Assert.All(maths, m => Assert.Equal("block", m.Attribute("display")!.Value));

        var leaves = maths.SelectMany(m => m.Descendants()).Where(e => !e.HasElements).Select(e => e.Value).ToList();
        Assert.Equal(Letters(formula), Letters(string.Concat(leaves)));

        // What is drawn and not written: roots and lines of fractions.
        int Count(string name) => maths.Sum(m => m.Descendants(name).Count());
        Assert.Equal(formula.Count(c => c == '√'), Count("msqrt"));
        Assert.Equal(formula.Count(c => c is '\u0302' or 'ŝ'), leaves.Count(l => l == "^"));
        var halves = formula.Count(c => c == '½') - leaves.Count(l => l == "½");
        Assert.Equal(formula.Count(c => c == '/'), Count("mfrac") - halves + leaves.Count(l => l == "/"));
    }

    [Theory]
    [InlineData("kT/2m x", "mfrac[{k T}, {2 m}] x")]
    [InlineData("(x − α D)/σ", "mfrac[{x − α D}, σ]")]
    [InlineData("1/√(2πn)", "mfrac[1, msqrt[2, π, n]]")]
    [InlineData("d(σ²/α²)/dt", "mfrac[{d {( {msup[σ, 2] / msup[α, 2]} )}}, {d t}]")]
    [InlineData("(a/b)/c", "mfrac[{a / b}, c]")]
    [InlineData("½ g²", "mfrac[1, 2] msup[g, 2]")]
    [InlineData("e^(−U/kT)", "msup[e, {− U / k T}]")]
    [InlineData("σ²_ts", "msubsup[σ, {t s}, 2]")]
    [InlineData("σ_s²", "msubsup[σ, s, 2]")]
    [InlineData("x_(t−1)", "msub[x, {t − 1}]")]
    [InlineData("U″(a)", "msup[U, ″] {( a )}")]
    [InlineData("A⁻¹", "msup[A, {− 1}]")]
    [InlineData("√ᾱ_t x_0", "msqrt[msub[mover[α, ¯], t]] msub[x, 0]")]
    [InlineData("ε\u0302", "mover[ε, ^]")]
    [InlineData("dw\u0304", "d mover[w, ¯]")]
    [InlineData("ŝ(x)", "mover[s, ^] {( x )}")]
    [InlineData("D* = x", "msup[D, *] = x")]
    [InlineData("Σ_k ln q", "munder[∑, k] ln q")]
    [InlineData("∏_{i≤t} x", "munder[∏, {i ≤ t}] x")]
    [InlineData("max_θ ℓ(θ)", "munder[max, θ] ℓ {( θ )}")]
    [InlineData("E[ε|x]", "E {[ {ε | x} ]}")]
    [InlineData("q(x | y)", "q {( {x | y} )}")]
    [InlineData("E|x|²", "E msup[{| x |}, 2]")]
    [InlineData("|a − b| |c|", "{| {a − b} |} {| c |}")]
    [InlineData("⟨v²⟩", "{⟨ msup[v, 2] ⟩}")]
    [InlineData("share of a mode", "share of a mode")]
    [InlineData("u a of x", "u a of x")]
    [InlineData("F_table", "msub[F, table]")]
    [InlineData("∂ₜs", "msub[∂, t] s")]
    [InlineData("a = b  c = d", "a = b | c = d")]
    [InlineData("abc(x) + def(y) = ghi(z)", "abc {( x )} + def {( y )} | = ghi {( z )}")]
    public void The_notation_is_read_as_a_physicist_reads_it(string formula, string shape)
    {
        Assert.Equal(shape, string.Join(" | ", Parse(formula).Select(m => Join(" ", m.Elements()))));
    }

    [Theory]
    [InlineData("a # b", "Formula: '#' at 2 of \"a # b\" is not of the notation.")]
    [InlineData("f(x", "Formula: '(' at 1 is never closed.")]
    [InlineData("x)", "Formula: ')' at 1 closes nothing.")]
    [InlineData("x/", "Formula: '/' at 1 has nothing below it.")]
    [InlineData("√ = 2", "Formula: '√' at 0 has nothing under it.")]
    [InlineData("x_ = 2", "Formula: '_' at 1 has nothing to raise or lower.")]
    [InlineData("= ² x", "Formula: '²' at 2 has nothing to belong to.")]
    public void What_is_not_of_the_notation_is_refused_with_its_place(string formula, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => Formula.ToMathMl(formula)).Message);
        Assert.False(Formula.TryToMathMl(formula, out var markup));
        Assert.Null(markup);
    }

    [Fact]
    public void Markup_is_safe_whatever_the_formula_holds()
    {
        Assert.Equal("a < b > c", Join(" ", Parse("a < b > c").Single().Elements()));
        Assert.Contains("alttext=\"a &lt; b\"", Formula.ToMathMl("a < b"), StringComparison.Ordinal);
        Assert.False(Formula.TryToMathMl("a & b", out _));
        Assert.Equal("", Formula.ToMathMl(""));
    }

    private static List<XElement> Parse(string formula) => [.. XElement.Parse($"<p>{Formula.ToMathMl(formula)}</p>").Elements("math")];

    private static string Join(string between, IEnumerable<XElement> nodes) => string.Join(between, nodes.Where(n => n.Name != "mspace").Select(Shape));

    private static string Shape(XElement node) => !node.HasElements ? node.Value
        : node.Name == "mrow" ? $"{{{Join(" ", node.Elements())}}}"
        : $"{node.Name}[{Join(", ", node.Elements())}]";

    private static string Packed(string text) => text.Replace(" ", "", StringComparison.Ordinal);

    /// <summary>What a reader must find again, in any order: all but brackets, slashes, roots, hats, marks of scripts and spaces, raised and lowered characters on the line.</summary>
    private static string Letters(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text.Replace("½", "12", StringComparison.Ordinal))
            plain.Append(c switch { 'ᾱ' => "α¯", 'ŝ' => "s^", '\u0302' => "^", '\u0303' => "~", '\u0304' => "¯", 'Σ' => "∑", _ => FormulaLexer.Plain(c).ToString() });
        var kept = plain.ToString().Where(c => !"(){}/√_^ ".Contains(c, StringComparison.Ordinal)).ToList();

        kept.Sort();
        return string.Concat(kept);
    }
}
