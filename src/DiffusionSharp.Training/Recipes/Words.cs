using System.Text.Json;

namespace DiffusionSharp.Training.Recipes;

/// <summary>How a name of the program is written for people.</summary>
public static class Words
{
    /// <summary>As the command line and the lists write it: <c>AlignedSd</c> and <c>alignedSd</c> are <c>aligned-sd</c>.</summary>
    /// <param name="name">A name in Pascal or camel case.</param>
    public static string Kebab(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);

    /// <summary>The value of an enumeration as the command line writes it.</summary>
    /// <param name="value">Of any enumeration.</param>
    public static string Kebab(Enum value) => Kebab(value.ToString());
}
