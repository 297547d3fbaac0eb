using System.Globalization;

namespace DiffusionSharp.Data.Sources;

/// <summary>How people write the digits: each variant a set of strokes, each stroke smooth curves joined at corners.</summary>
internal static class DigitStrokes
{
    // Points are percent of the digit's box, x from the left and y from the top; '!' makes the point before it a corner, '/' lifts the pen.
    private static readonly string[][] Drawn =
    [
        [
            "62,4 36,6 12,34 10,66 34,98 68,94 90,64 88,30 66,6 48,3",
            "50,2 22,14 10,50 24,88 52,99 80,86 91,50 80,14 52,3",
            "70,10 44,0 16,26 8,62 26,96 60,98 88,68 92,34 74,10 60,6",
        ],
        [
            "50,0 50,34 50,68 50,100",
            "56,0 52,34 49,66 46,100",
            "30,24 42,14 54,0 ! 53,34 52,68 51,100",
            "28,24 42,14 54,0 ! 54,34 53,68 53,98 / 26,98 52,97 80,97",
        ],
        [
            "14,26 26,6 52,0 78,14 78,38 58,62 34,82 12,98 ! 36,95 64,96 92,94",
            "16,20 36,3 64,3 80,22 72,48 46,74 22,90 10,84 22,74 44,84 66,97 92,92",
            "12,16 40,2 68,6 76,28 62,54 38,76 14,96 30,88 52,92 72,99 90,88",
            "20,10 50,2 76,12 74,40 46,70 12,97 ! 50,96 88,97",
        ],
        [
            "16,12 42,0 72,6 80,24 64,42 38,48 ! 68,52 86,70 74,92 44,100 14,90",
            "14,6 46,1 76,8 74,28 44,46 ! 74,52 84,74 66,95 36,99 10,88",
            "18,16 40,1 70,6 72,28 52,44 40,46 54,46 80,58 84,80 60,98 28,97 12,86",
            "14,4 44,3 78,3 ! 60,22 42,40 ! 70,46 86,68 74,92 42,100 14,90",
        ],
        [
            "26,2 20,26 14,52 ! 46,52 88,50 / 74,4 72,36 69,68 66,100",
            "66,0 44,30 22,52 8,66 ! 46,66 92,65 / 68,2 67,34 65,68 63,100",
            "22,4 20,26 22,48 44,56 74,44 ! / 82,2 78,34 72,68 66,100",
            "30,2 20,28 12,50 36,58 76,52 84,22 86,4 ! 80,40 74,72 70,100",
        ],
        [
            "30,4 26,22 22,44 ! 46,36 76,46 86,68 70,92 40,100 12,90 / 28,4 56,4 88,1",
            "88,3 58,4 32,6 ! 26,24 22,42 ! 52,38 80,54 80,80 54,99 14,92",
            "84,2 58,6 34,6 26,26 20,44 38,42 66,46 84,66 70,92 40,100 14,92",
        ],
        [
            "64,0 40,20 22,48 16,74 32,97 62,97 80,78 68,58 42,56 22,74",
            "74,4 46,8 22,36 14,68 30,96 62,98 82,78 66,56 38,58 20,74",
            "48,0 30,28 18,60 24,90 52,100 78,84 74,62 50,54 26,68 20,80",
        ],
        [
            "10,8 46,6 88,4 ! 70,32 54,64 44,100",
            "12,18 14,7 46,7 86,4 ! 66,36 52,66 46,100",
            "10,8 46,6 86,4 ! 68,34 52,66 42,100 / 32,52 54,50 78,48",
            "8,14 30,4 56,8 86,4 76,26 58,60 50,100",
        ],
        [
            "72,14 48,0 22,16 36,40 66,58 80,80 54,100 24,86 34,60 64,38 78,16 66,5",
            "50,48 24,30 30,6 58,0 76,18 64,40 50,48 26,66 24,90 50,100 76,88 74,64 50,48",
            "84,10 54,0 24,12 32,38 62,54 78,78 54,99 24,88 26,64 54,44 80,22 82,8",
        ],
        [
            "76,18 52,1 24,16 22,42 46,52 70,36 78,14 ! 76,44 70,72 64,100",
            "80,12 54,0 24,16 22,40 48,48 72,32 80,10 80,44 72,80 46,99 22,90",
            "72,8 42,4 22,26 34,48 62,40 76,10 ! 70,40 60,70 50,100",
            "52,2 26,12 22,36 42,50 68,40 76,16 52,2 ! / 77,14 74,44 70,72 68,100",
        ],
    ];

    /// <summary>Variants by digit; a variant is strokes, a stroke is curves, a curve is points (x, y) in [0, 1]².</summary>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)[][][]>> Variants { get; } =
        [.. Drawn.Select(texts => (IReadOnlyList<(double, double)[][][]>)[.. texts.Select(Parse)])];

    private static (double X, double Y)[][][] Parse(string text) => [.. text.Split('/').Select(ParseStroke)];

    private static (double X, double Y)[][] ParseStroke(string text)
    {
        var curves = new List<(double, double)[]>();
        var points = new List<(double, double)>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "!")
            {
                // The corner ends one curve and begins the next.
                curves.Add([.. points]);
                points = [points[^1]];
                continue;
            }

            var comma = word.IndexOf(',', StringComparison.Ordinal);
            points.Add((int.Parse(word[..comma], CultureInfo.InvariantCulture) / 100.0, int.Parse(word[(comma + 1)..], CultureInfo.InvariantCulture) / 100.0));
        }

        if (points.Count > 1) curves.Add([.. points]);
        return [.. curves];
    }
}
