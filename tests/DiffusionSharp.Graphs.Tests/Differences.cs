using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Slopes measured by central differences in double.</summary>
internal static class Differences
{
    private const double Step = 1e-5;

    /// <summary>∂loss/∂variable by (f(x + h) − f(x − h))/2h.</summary>
    public static double[] Slope(CaseBuilder builder, Node loss, Node variable)
    {
        var values = builder.Values[Label(variable)];
        var slope = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var x = values[i];
            values[i] = x + Step;
            var above = builder.Interpret().Evaluate(loss)[0];
            values[i] = x - Step;
            var below = builder.Interpret().Evaluate(loss)[0];
            values[i] = x;
            slope[i] = (above - below) / (2 * Step);
        }

        return slope;
    }

    /// <summary>Holds gradients of every variable to the slopes measured.</summary>
    public static void AssertGradients(CaseBuilder builder, Node loss, IReadOnlyList<Node> gradients, double tolerance)
    {
        for (var v = 0; v < gradients.Count; v++)
        {
            Assert.Equal(builder.Variables[v].Shape, gradients[v].Shape);
            var label = $"∂/∂{Label(builder.Variables[v])}";
            Close.Assert(Slope(builder, loss, builder.Variables[v]), builder.Interpret().Evaluate(gradients[v]), tolerance, label);
        }
    }

    /// <summary>All nodes on a path from a variable to the loss.</summary>
    public static IEnumerable<Node> Between(IReadOnlyCollection<Node> variables, Node loss)
    {
        var depends = new HashSet<Node>(variables);
        foreach (var node in loss.Graph.Nodes)
            if (node.Inputs.Any(depends.Contains)) depends.Add(node);
        var reached = new HashSet<Node> { loss };
        foreach (var node in loss.Graph.Nodes.Reverse())
        {
            if (!reached.Contains(node)) continue;
            foreach (var input in node.Inputs) reached.Add(input);
            if (depends.Contains(node)) yield return node;
        }
    }

    private static string Label(Node variable) => variable.Operation is Input i ? i.Label : variable.Graph.Layout.Entries[((Parameter)variable.Operation).Index].Name;
}
