namespace DiffusionSharp.TestKit;

/// <summary>Recorded references and real data that stand beside the repository, not in it.</summary>
public static class SharedFolder
{
    /// <summary>The root of the repository: the folder that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A file or folder of the shared folder; the test that asks is skipped where it is absent.</summary>
    /// <param name="parts">Path below the shared folder.</param>
    public static string Require(params string[] parts)
    {
        // A linked worktree may lie one level deeper than the main checkout.
        foreach (var above in new[] { "..", "../.." })
        {
            var path = Path.GetFullPath(Path.Combine([Repository, above, "shared", .. parts]));
            if (Path.Exists(path)) return path;
        }

        Assert.Skip($"Recorded data not found: ../shared/{string.Join('/', parts)}");
        throw new InvalidOperationException("A skipped test does not go on.");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DiffusionSharp.slnx"))) return folder.FullName;
        throw new InvalidOperationException("DiffusionSharp.slnx was not found above the test's folder.");
    }
}
