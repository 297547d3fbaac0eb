namespace DiffusionSharp.Training.Recipes;

/// <summary>Finds the name that a mistyped one was meant to be.</summary>
public static class DidYouMean
{
    // A beginning this long is taken for a name cut short.
    private const int LeastBeginning = 3;

    /// <summary>The name nearest to a text: the fewest letters put in, left out, replaced or swapped with their neighbour; the first of several.</summary>
    /// <param name="text">As it was given; case does not count.</param>
    /// <param name="names">Those that there are.</param>
    /// <returns>Null where none is near: one slip up to three letters, two up to seven, three beyond.</returns>
    public static string? Nearest(string text, IEnumerable<string> names)
    {
        var (best, found) = (Most(text) + 1, (string?)null);
        foreach (var name in names)
        {
            var distance = text.Length >= LeastBeginning && name.StartsWith(text, StringComparison.OrdinalIgnoreCase)
                ? 1
                : Distance(text.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < best && distance < name.Length) (best, found) = (distance, name);
        }

        return found;
    }

    /// <summary>"'hern' is unknown; did you mean 'heun'? There are …": what messages say of a name that is not there.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="names">Those that there are.</param>
    /// <param name="others">Where to find them: "there are a, b".</param>
    public static string Unknown(string text, IEnumerable<string> names, string others) =>
        Nearest(text, names) is { } name
            ? $"'{text}' is unknown; did you mean '{name}'? {char.ToUpperInvariant(others[0])}{others[1..]}."
            : $"'{text}' is unknown; {others}.";

    private static int Most(string text) => text.Length <= 3 ? 1 : text.Length <= 7 ? 2 : 3;

    // Damerau and Levenshtein's distance, no part of the text being changed twice.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, 1 + Math.Min(rows[i - 1, j], rows[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], 1 + rows[i - 2, j - 2]);
            }
        }

        return rows[a.Length, b.Length];
    }
}
