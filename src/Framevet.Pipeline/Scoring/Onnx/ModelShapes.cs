using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Compares what the catalogue says of a graph with the graph itself, so that a wrong entry or file fails at once and by name.</summary>
internal static class ModelShapes
{
    // A free side is tried at this length.
    private const int TriedSide = 64;

    /// <summary>Checks names, types and shapes that the graph declares.</summary>
    /// <exception cref="VettingException">ModelMismatch.</exception>
    public static void Check(ModelEntry entry, OnnxSession session)
    {
        if (entry.Input is not { } input || entry.Head is not { } head)
        {
            throw Fault(entry, "its entry does not say what goes in and how the output is read, so no part can use it");
        }

        var port = input.Tensor is null ? session.Inputs.FirstOrDefault() : session.Inputs.FirstOrDefault(p => p.Name == input.Tensor);
        if (port is null)
        {
            throw Fault(entry, $"the graph has no input '{input.Tensor}' (it has {string.Join(", ", session.Inputs.Select(p => p.Name))})");
        }

        var declared = Declared(input);
        if (port.Shape.Length != declared.Length || port.Shape.Zip(declared).Any(p => p.First > 0 && p.Second > 0 && p.First != p.Second))
        {
            throw Fault(entry, $"the graph takes {port.ShapeText}, the catalogue says {Text(declared)}");
        }

        if (input.Kind != ModelInputKind.Tokens && port.Type is not ("float" or "float16"))
        {
            throw Fault(entry, $"the graph takes numbers of type {port.Type}, which are not supported");
        }

        if (port.Shape is [> 1, ..])
        {
            throw Fault(entry, $"the graph takes exactly {port.Shape[0]} items at once");
        }

        foreach (var output in OutputsOf(head).Where(o => session.Outputs.All(p => p.Name != o)))
        {
            throw Fault(entry, $"the graph has no output '{output}' (it has {string.Join(", ", session.Outputs.Select(p => p.Name))})");
        }
    }

    /// <summary>Runs the graph once on zeros, so that the first frame is as quick as the others, and checks the shapes that really come out.</summary>
    /// <exception cref="VettingException">ModelMismatch.</exception>
    public static void WarmUp(LoadedModel model)
    {
        var (entry, input) = (model.Entry, model.Entry.Input!);
        if (input.Kind == ModelInputKind.Tokens)
        {
            return;
        }

        var shape = input.Kind == ModelInputKind.Vector ? [1, input.Length ?? 1]
            : PictureLoader.ShapeOf(input, 1, input.Width ?? Tried(input), input.Height ?? Tried(input));
        var zeros = new float[shape.Aggregate(1L, (a, b) => a * b)];
        model.Run(zeros, 1, _ => shape, (run, _, _) =>
        {
            if (Expected(entry.Head!) is var (output, length) && length > 0)
            {
                var at = model.Output(output);
                if (run.Values(at).Length != length)
                {
                    throw Fault(entry, $"output '{model.Session.Outputs[at].Name}' holds {run.Values(at).Length} numbers per item, the catalogue says {length}");
                }
            }
        });
    }

    private static int Tried(ModelInput input) => Math.Max(TriedSide, input.Multiple);

    private static int[] Declared(ModelInput input) => input.Kind switch
    {
        ModelInputKind.Vector or ModelInputKind.Tokens => [-1, input.Length ?? -1],
        _ => [.. PictureLoader.ShapeOf(input, -1, input.Width ?? -1, input.Height ?? -1).Select(d => (int)d)],
    };

    // Name and numbers per item of heads with one output; 0 = depends on the size of the picture.
    private static (string? Output, int Length) Expected(ModelHead head) => head switch
    {
        DistributionHead d => (d.Output, OpinionScore.Marks),
        LabelsHead l => (l.Output, l.Labels.Length),
        ScalarHead s => (s.Output, 1),
        EmbeddingHead e => (e.Output, e.Length),
        LandmarksHead l => (l.Output, 2 * l.Points),
        _ => (null, 0),
    };

    private static ImmutableArray<string> OutputsOf(ModelHead head) => head switch
    {
        BoxesHead boxes => boxes.Outputs,
        MaskHead { Output: { } name } => [name],
        _ => Expected(head).Output is { } name ? [name] : [],
    };

    private static string Text(int[] shape) => $"[{string.Join(", ", shape.Select(d => d < 0 ? "N" : d.ToString(CultureInfo.InvariantCulture)))}]";

    private static VettingException Fault(ModelEntry entry, string what) =>
        new(FailureCode.ModelMismatch, $"The model '{entry.Id}' ({entry.Main.Name}) does not fit its entry: {what}.");
}
