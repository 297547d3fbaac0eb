using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace DiffusionSharp.Theory.Reports.Formulas;

/// <summary>Formulas in plain Unicode, as experiments write them, typeset as MathML.</summary>
/// <remarks>
/// The notation is what a physicist types: juxtaposition multiplies, spaces are free, and what stands together without a space binds first, so
/// <c>kT/2m x</c> is the fraction kT/(2m) times x.
/// <list type="bullet">
/// <item><description>raised: ², ⁻¹, ᵀ, ′, <c>^n</c>, <c>^(…)</c>, <c>^{…}</c>; lowered: ₀, ₜ, <c>_ts</c>, <c>_(t−1)</c>, <c>_{i≤t}</c></description></item>
/// <item><description>accents by combining marks: hat, tilde, bar, dot; roots: √ before a factor or a bracket; fractions: / and ½</description></item>
/// <item><description>Σ, ∏, ∫ with limits by _ and ^; ∇, ∂; functions by name</description></item>
/// <item><description>bars in pairs, or one with spaces around it before a condition</description></item>
/// <item><description>three Latin letters that are no function are a word, two are two variables; two spaces or more part statements</description></item>
/// </list>
/// </remarks>
public static class Formula
{
    // Shorter pieces are not parted: a line that ends after two letters looks broken.
    private const int ShortestPiece = 12, ShortestTerms = 30;

    /// <summary>A formula as a row of <c>math</c> elements between which a line may break.</summary>
    /// <remarks>Breaks stand before relations and the terms of a long sum, after commas, and between statements.</remarks>
    /// <param name="formula">One line in the notation. Each element has its part of the text as <c>alttext</c>.</param>
    /// <exception cref="FormatException">It is not of the notation; the message says where.</exception>
    public static string ToMathMl(string formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        var tokens = FormulaLexer.Read(formula);
        var reader = new FormulaReader(tokens);
        var markup = new StringBuilder();
        for (var start = 0; start < tokens.Count;)
        {
            var end = End(tokens, start);
            var (from, to) = (tokens[start].Start, end < tokens.Count ? tokens[end].Start : formula.Length);
            if (start > 0) markup.Append(tokens[start].Spaces > 1 ? "<span class=\"gap\"> </span>" : " ");
            markup.Append("<math display=\"block\" alttext=\"").Append(MathNode.Escape(formula[from..to].TrimEnd())).Append("\">");
            foreach (var node in reader.Read(start, end)) node.Write(markup);
            markup.Append("</math>");
            start = end;
        }

        return markup.ToString();
    }

    /// <summary>The same where the text may be anything: false for what is not of the notation, which is then shown as it is written.</summary>
    /// <param name="formula">One line.</param>
    /// <param name="markup">The elements; null for none.</param>
    public static bool TryToMathMl(string formula, [NotNullWhen(true)] out string? markup)
    {
        try
        {
            markup = ToMathMl(formula);
            return true;
        }
        catch (FormatException)
        {
            markup = null;
            return false;
        }
    }

    /// <summary>Where the piece that starts at one token ends: outside brackets, where a reader draws breath.</summary>
    private static int End(List<FormulaToken> tokens, int start)
    {
        var (depth, absolute) = (0, false);
        for (var i = start; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > start && depth == 0 && !absolute)
            {
                var length = token.Start - tokens[start].Start;
                if (token.Spaces > 1) return i;
                var breath = token.Kind == FormulaKind.Relation || (token.Kind == FormulaKind.Word && tokens[i - 1].Kind != FormulaKind.Word)
                    || (tokens[i - 1].Kind == FormulaKind.Word && token.Kind != FormulaKind.Word)
                    || tokens[i - 1].Kind == FormulaKind.Punctuation;
                if (breath && token.Spaces > 0 && length >= ShortestPiece) return i;
                var term = token is { Kind: FormulaKind.Operator, Spaces: 1, Text: "+" or "−" } && i + 1 < tokens.Count && tokens[i + 1].Spaces == 1;
                if (term && length >= ShortestTerms) return i;
            }

            // A bar with spaces around it stands before a condition.
            if (token.Kind == FormulaKind.Bar && depth == 0 && !(token.Spaces > 0 && i + 1 < tokens.Count && tokens[i + 1].Spaces > 0)) absolute = !absolute;
            depth += token.Kind == FormulaKind.Open ? 1 : token.Kind == FormulaKind.Close ? -1 : 0;
        }

        return tokens.Count;
    }
}
