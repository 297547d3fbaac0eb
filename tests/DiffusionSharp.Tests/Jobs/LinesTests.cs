using DiffusionSharp.TestKit;

namespace DiffusionSharp.Tests.Jobs;

/// <summary>What a newcomer writes stays short: the commonest jobs are counted.</summary>
public sealed class LinesTests
{
    private const int MostLines = 15, MostNamespaces = 2;

    public static TheoryData<string> Jobs => ["TrainOnNumbers", "PicturesToFiles", "SamplerOnClosedForm", "Likelihood", "OwnSchedule"];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_job_takes_fifteen_lines_and_two_namespaces(string job)
    {
        var lines = File.ReadAllLines(Path.Combine(SharedFolder.Repository, "tests", "DiffusionSharp.Tests", "Jobs", $"{job}Tests.cs"));
        var body = lines.SkipWhile(l => l != "    {").Skip(1).TakeWhile(l => l != "    }").Count(l => l.Trim().Length > 0 && !l.TrimStart().StartsWith("//", StringComparison.Ordinal));

        // The tests stand in DiffusionSharp.Tests and see DiffusionSharp without saying so: it counts as one.
        var namespaces = 1 + lines.Count(l => l.StartsWith("using DiffusionSharp.", StringComparison.Ordinal));
        Assert.InRange(body, 1, MostLines);
        Assert.True(namespaces <= MostNamespaces, $"{job} names {namespaces} namespaces.");
    }
}
