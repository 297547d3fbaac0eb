using System.Globalization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Which classes can be trained, and on which data; what cannot is one line with the mend.</summary>
public static class ConditioningRules
{
    /// <summary>Checks the configuration by itself.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal static void Check(RunConfig config)
    {
        if ((config.UNet?.Classes ?? config.Mlp?.Classes) is { } rows)
            throw new ArgumentException(
                $"{(config.UNet is null ? "mlp" : "uNet")}.classes: the network's table of classes follows from conditioning; "
                + $"write \"conditioning\": {{\"classes\": {rows}}} and leave this key out.");
        if (config.Conditioning is not { } conditioning) return;
        if (conditioning.Classes is < 1 or > DataSource.MostClasses)
            throw new ArgumentException($"conditioning.classes: 1 to {DataSource.MostClasses} is expected, {conditioning.Classes} was given.");
        if (!(conditioning.LabelDropout is >= 0 and < 1))
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"conditioning.labelDropout: at least 0 and below 1 is expected, {conditioning.LabelDropout} was given."));
        if (conditioning.Names is { } names && names.Count != conditioning.Classes)
            throw new ArgumentException($"conditioning.names: one name for each of the {conditioning.Classes} classes is expected, {names.Count} were given.");
    }

    /// <summary>Checks that the data has the configuration's classes, each with a sample.</summary>
    /// <param name="config">Of the run; without classes nothing is checked.</param>
    /// <param name="source">The run's data.</param>
    /// <exception cref="DataException">It has no labels, other classes, or a class without samples.</exception>
    public static void Check(RunConfig config, DataSource source)
    {
        if (config.Conditioning is not { } conditioning) return;
        if (!source.HasLabels) throw new DataException(WithoutLabels(source.Name));
        if (source.Classes != conditioning.Classes)
            throw new DataException(
                $"{source.Name}: the data has {source.Classes} classes, the configuration's conditioning.classes says {conditioning.Classes}; "
                + "the numbers must agree.");
        for (var label = 0; conditioning.Names is not null && label < source.Classes; label++)
        {
            if (conditioning.NameOf(label) != source.ClassNames[label])
                throw new DataException(
                    $"{source.Name}: class {label} of the data is '{source.ClassNames[label]}', "
                    + $"in the configuration it is '{conditioning.NameOf(label)}'; a run is trained on the classes it began with.");
        }

        var seen = new bool[source.Classes];
        for (var i = 0; i < source.Count; i++) seen[source.Label(i)] = true;
        if (Array.IndexOf(seen, false) is >= 0 and var empty)
            throw new DataException(
                $"{source.Name}: no sample has label {empty}, so the class could not be learned; "
                + $"number the {seen.Count(s => s)} classes that have samples from 0 without gaps.");
    }

    /// <summary>What to say of a source whose samples have no classes.</summary>
    /// <param name="source">What the data is called.</param>
    public static string WithoutLabels(string source) =>
        $"{source}: this source has no labels, and conditional training needs the class of each sample; "
            + "a folder of pictures has them by one sub-folder for each class, IDX and CIFAR-10 folders by their label files, "
            + "a .npy file by --labels FILE.npy.";
}
