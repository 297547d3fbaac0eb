using System.Globalization;

namespace DiffusionSharp.Theory.Reports.Formulas;

/// <summary>Cuts a formula in plain Unicode into its pieces.</summary>
internal static class FormulaLexer
{
    private const string Relations = "=≈≠≤≥<>∝→←⇒⇔↔∈≡≪≫", Operators = "+−-±·×∘‖*", Punctuation = ",;:", Opening = "([{⟨", Closing = ")]}⟩", Large = "Σ∑∏∫";

    // Raised and lowered characters, each above what it stands for.
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀᵈ′″‴", OnTheLine = "0123456789+−nTd′″‴";
    private const string Subscripts = "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₚᵣₛₜᵤᵥₓ", LoweredFrom = "0123456789+−aehijklmnprstuvx";

    // Letters that Unicode has with their accent; all others have a combining mark.
    private const string Accented = "ᾱŝâêîôûĉĝĥāēīōūãñõẑŵŷ", Bare = "αsaeioucghaeiouanozwy";
    private const string Marks = "\u0304\u0302\u0302\u0302\u0302\u0302\u0302\u0302\u0302\u0302" +
        "\u0304\u0304\u0304\u0304\u0304\u0303\u0303\u0303\u0302\u0302\u0302";

    private static readonly HashSet<string> Names =
    [
        "ln", "log", "exp", "sin", "cos", "tan", "max", "min", "sup", "inf", "arg", "lim",
        "var", "Var", "cov", "Cov", "tr", "det", "KL", "TV", "ELBO", "SNR", "softmax", "erf",
    ];

    // Words of two letters; two letters are else two variables, three are a word.
    private static readonly HashSet<string> Short = ["as", "at", "by", "if", "in", "is", "it", "no", "of", "on", "or", "so", "to", "we"];

    /// <summary>The pieces, first to last.</summary>
    /// <exception cref="FormatException">A character is none of the notation's.</exception>
    public static List<FormulaToken> Read(string formula)
    {
        var tokens = new List<FormulaToken>();
        for (int at = 0, spaces = 0; at < formula.Length;)
        {
            var c = formula[at];
            if (c is ' ' or '\u00A0')
            {
                (at, spaces) = (at + 1, spaces + 1);
                continue;
            }

            var first = tokens.Count;
            at = IsLatin(c) ? Letters(formula, at, tokens) : Sign(formula, at, spaces > 0, tokens);
            tokens[first] = tokens[first] with { Spaces = spaces };
            spaces = 0;
        }

        // "a" between words is one.
        for (var i = 1; i + 1 < tokens.Count; i++)
            if (tokens[i] is { Kind: FormulaKind.Letter, Text: "a", Spaces: > 0 }
                && tokens[i - 1].Kind == FormulaKind.Word && tokens[i + 1] is { Kind: FormulaKind.Word, Spaces: > 0 })
                tokens[i] = tokens[i] with { Kind = FormulaKind.Word };
        return tokens;
    }

    /// <summary>What a raised or lowered character stands for.</summary>
    public static char Plain(char c) => Superscripts.IndexOf(c, StringComparison.Ordinal) is >= 0 and var raised ? OnTheLine[raised]
        : Subscripts.IndexOf(c, StringComparison.Ordinal) is >= 0 and var lowered ? LoweredFrom[lowered] : c;

    /// <summary>Whether a character is raised or lowered in itself; a prime is neither.</summary>
    public static bool IsScript(char c) => Plain(c) != c;

    private static bool IsLatin(char c) => char.IsAsciiLetter(c) || (c is >= 'À' and <= 'ž' && char.IsLetter(c));

    private static bool IsMark(char c) => c is >= '\u0300' and <= '\u036F';

    private static int Letters(string formula, int start, List<FormulaToken> tokens)
    {
        var end = start;
        while (end < formula.Length && IsLatin(formula[end])) end++;
        var run = formula[start..end];
        if (Names.Contains(run)) tokens.Add(new(FormulaKind.Name, run, start, 0));
        else if (Short.Contains(run) || (run.Length > 2 && !(end < formula.Length && IsMark(formula[end]))))
        {
            // The s of a genitive.
            while (end + 1 < formula.Length && formula[end] is '\'' or '’' && IsLatin(formula[end + 1]))
                for (end++; end < formula.Length && IsLatin(formula[end]);) end++;
            tokens.Add(new(FormulaKind.Word, formula[start..end], start, 0));
        }
        else
            for (var i = start; i < end; i++)
            {
                var mark = i + 1 == end && end < formula.Length && IsMark(formula[end]);
                tokens.Add(Letter(formula, i, mark));
                if (mark) return end + 1;
            }

        return end;
    }

    private static FormulaToken Letter(string formula, int at, bool mark)
    {
        var known = Accented.IndexOf(formula[at], StringComparison.Ordinal);
        return known >= 0 && !mark
            ? new(FormulaKind.Letter, Bare[known].ToString(), at, 0, Marks[known])
            : new(FormulaKind.Letter, formula[at].ToString(), at, 0, mark ? formula[at + 1] : '\0');
    }

    private static int Sign(string formula, int at, bool apart, List<FormulaToken> tokens)
    {
        var c = formula[at];
        if (char.IsAsciiDigit(c)) return Run(FormulaKind.Number, k => Digit(k) || (formula[k] == '.' && Digit(k + 1)));
        if (Superscripts.Contains(c, StringComparison.Ordinal))
            return Run(FormulaKind.Raised, k => Superscripts.Contains(formula[k], StringComparison.Ordinal));
        if (Subscripts.Contains(c, StringComparison.Ordinal)) return Run(FormulaKind.Lowered, k => Subscripts.Contains(formula[k], StringComparison.Ordinal));
        if (c is '½' or '¼' or '¾' or '⅓' or '⅔') return One(FormulaKind.Fraction);
        if (c == '*' && !apart && tokens is [.., { Kind: FormulaKind.Letter }]) return One(FormulaKind.Raised);
        if (c is '^' or '_') return One(FormulaKind.Script);
        if (c == '|') return One(FormulaKind.Bar);
        if (c == '√') return One(FormulaKind.Root);
        if (c == '/') return One(FormulaKind.Slash);
        if (c is '∇' or '∂') return One(FormulaKind.Derivative);
        if (Large.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Large);
        if (Opening.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Open);
        if (Closing.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Close);
        if (Relations.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Relation);
        if (Operators.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Operator);
        if (Punctuation.Contains(c, StringComparison.Ordinal)) return One(FormulaKind.Punctuation);
        if (c is '…' or '∞') return One(FormulaKind.Letter);
        if (!char.IsLetter(c))
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Formula: '{c}' at {at} of \"{formula}\" is not of the notation."));
        var mark = at + 1 < formula.Length && IsMark(formula[at + 1]);
        tokens.Add(Letter(formula, at, mark));
        return at + (mark ? 2 : 1);

        bool Digit(int k) => k < formula.Length && char.IsAsciiDigit(formula[k]);

        int One(FormulaKind kind)
        {
            tokens.Add(new(kind, formula[at].ToString(), at, 0));
            return at + 1;
        }

        int Run(FormulaKind kind, Func<int, bool> belongs)
        {
            var end = at + 1;
            while (end < formula.Length && belongs(end)) end++;
            tokens.Add(new(kind, formula[at..end], at, 0));
            return end;
        }
    }
}
