using System.Text;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.TestKit;
using Framevet.TestKit.Onnx;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>Sentences and pictures, with a made pair of models: bright pictures lie near the word "bright", dark ones near "dark".</summary>
public sealed class TextMatchSpecs
{
    private static readonly int[] Tokens = [1];

    private const string Vocabulary = """{"d</w>": 0, "a": 1, "b": 2, "da": 3, "dark</w>": 4, "rk</w>": 5, "bright</w>": 6, "!</w>": 7, "<|startoftext|>": 8, "<|endoftext|>": 9, "1</w>": 10, "2</w>": 11, "s": 12, "'s</w>": 13}""";
    private const string Merges = "#version: 0.2\nd a\nr k</w>\nda rk</w>\nb r\nbr i\ng h\ngh t</w>\nbri ght</w>\n' s</w>\n";

    [Fact]
    public void Words_are_put_together_by_the_merge_rules()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = ClipTokenizer.Read(folder.Write("v.json", Encoding.UTF8.GetBytes(Vocabulary)), folder.Write("m.txt", Encoding.UTF8.GetBytes(Merges)));

        tokenizer.Encode("Dark   BRIGHT!", 6).ShouldBe([8, 4, 6, 7, 9, 9]);
        tokenizer.Encode("dark's 12", 8).ShouldBe([8, 4, 13, 10, 11, 9, 9, 9]);
        tokenizer.Encode("dark dark dark dark", 4).ShouldBe([8, 4, 4, 9]);
        tokenizer.Encode("", 3).ShouldBe([8, 9, 9]);
    }

    [Theory]
    [InlineData("[]", Merges)]
    [InlineData("{}", Merges)]
    public void Files_of_another_kind_are_refused(string vocabulary, string merges)
    {
        using var folder = new TemporaryFolder();

        Should.Throw<VettingException>(() => ClipTokenizer.Read(folder.Write("v.json", Encoding.UTF8.GetBytes(vocabulary)), folder.Write("m.txt", Encoding.UTF8.GetBytes(merges)))).Code
            .ShouldBe(FailureCode.ModelMismatch);
    }

    [Fact]
    public void Frames_are_compared_with_wanted_and_unwanted_sentences()
    {
        using var models = Pair();
        var metric = new TextMatchMetric(new TextMatchMetricOptions { Pictures = "pictures", Texts = "texts", Wanted = "bright", Unwanted = "dark" }, models.Stack.Runtime);
        metric.ReadModel();

        var scores = HeadSpecs.Measure(metric, Pictures.Flat(16, 16, 250), Pictures.Flat(16, 16, 5));

        scores[0].ShouldBeGreaterThan(0.95f);
        scores[1].ShouldBeLessThan(0.3f);
        scores[2].ShouldBe(scores[0] - scores[1], 1e-6f);
        scores[3].ShouldBeLessThan(0.3f);
        scores[4].ShouldBeGreaterThan(0.95f);
        metric.ModelIds.ShouldBe(["pictures", "texts"]);
    }

    [Fact]
    public void Models_that_do_not_belong_together_are_a_mismatch()
    {
        using var models = Pair();
        models.Add("other", TinyModels.Linear(new float[9], [1, 2, 3]), new EmbeddingHead { Output = "out", Length = 3 }, ModelTask.ImageEmbedding);

        Should.Throw<VettingException>(new TextMatchMetric(new TextMatchMetricOptions { Pictures = "other", Texts = "texts", Wanted = "dark" }, models.Stack.Runtime).ReadModel).Message.ShouldContain("belong together");
    }

    // Pictures: (brightness, 1 - brightness). Sentences: the sum of a row per token; only "bright" and "dark" have one.
    private static TinyModels Pair()
    {
        var models = new TinyModels();
        models.Add("pictures", TinyModels.Linear([1, -1, 0, 0, 0, 0], [0, 1]), new EmbeddingHead { Output = "out", Length = 2 }, ModelTask.ImageEmbedding);
        var rows = new float[2 * 14];
        (rows[(2 * 4) + 1], rows[2 * 6]) = (1, 1);
        var texts = new TinyOnnx().Input("input_ids", TinyType.Whole, -1, 8).Constant("rows", rows, 14, 2)
            .Node("Gather", "rows input_ids", "each").Node("ReduceMean", "each", "out", ("axes", Tokens), ("keepdims", 0)).Output("out", -1, 2);
        models.Add("texts", texts, new EmbeddingHead { Output = "out", Length = 2 }, ModelTask.TextEmbedding,
            new ModelInput { Kind = ModelInputKind.Tokens, Tensor = "input_ids", Length = 8, Type = ModelValueType.Numbers },
            e => e with { Files = [.. e.Files, models.Write("v.json", Encoding.UTF8.GetBytes(Vocabulary), ModelFileRole.Vocabulary), models.Write("m.txt", Encoding.UTF8.GetBytes(Merges), ModelFileRole.Merges)] });
        return models;
    }
}
