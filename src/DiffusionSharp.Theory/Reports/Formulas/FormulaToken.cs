namespace DiffusionSharp.Theory.Reports.Formulas;

/// <summary>What a piece of a formula is.</summary>
internal enum FormulaKind
{
    /// <summary>One letter of a variable, its accent with it.</summary>
    Letter,

    /// <summary>Digits, with a decimal point.</summary>
    Number,

    /// <summary>A function or quantity of several letters: ln, max, KL.</summary>
    Name,

    /// <summary>A word of the language.</summary>
    Word,

    /// <summary>A fraction of one character, ½.</summary>
    Fraction,

    /// <summary>Raised characters: ², ⁻¹, ᵀ, primes, a star.</summary>
    Raised,

    /// <summary>Lowered characters: ₀, ₜ.</summary>
    Lowered,

    /// <summary>^ or _, before what is raised or lowered.</summary>
    Script,

    /// <summary>An opening bracket.</summary>
    Open,

    /// <summary>A closing bracket.</summary>
    Close,

    /// <summary>|, of an absolute value or before a condition.</summary>
    Bar,

    /// <summary>√ before what is under the root.</summary>
    Root,

    /// <summary>/ of a fraction.</summary>
    Slash,

    /// <summary>∇ or ∂.</summary>
    Derivative,

    /// <summary>A sum, a product, an integral.</summary>
    Large,

    /// <summary>Equality, order, arrow: a formula may go on in the next line before it.</summary>
    Relation,

    /// <summary>Plus, minus, dot.</summary>
    Operator,

    /// <summary>Comma, semicolon, colon.</summary>
    Punctuation,
}

/// <summary>A piece of a formula.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a letter without its accent.</param>
/// <param name="Start">Where it begins in the formula.</param>
/// <param name="Spaces">How many spaces stand before it.</param>
/// <param name="Accent">The combining mark over a letter; '\0' for none.</param>
internal readonly record struct FormulaToken(FormulaKind Kind, string Text, int Start, int Spaces, char Accent = '\0');
