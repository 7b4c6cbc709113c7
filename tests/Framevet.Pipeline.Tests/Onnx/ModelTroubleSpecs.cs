using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>A model that cannot be used says so by name, before any frame is scored, and never as a zero.</summary>
public sealed class ModelTroubleSpecs
{
    private static readonly ScalarHead One = new() { Output = "out", Min = 0, Max = 1 };

    public static TheoryData<string> Broken => ["empty", "garbage", "truncated"];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_file_that_is_no_model_is_a_mismatch(string how)
    {
        using var models = new TinyModels();
        var sound = TinyModels.Linear([1, 0, 0], [0]).ToBytes();
        models.Add("bad", how switch { "empty" => [], "garbage" => [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))], _ => sound[..(sound.Length / 2)] }, One);

        var trouble = Should.Throw<VettingException>(() => models.Stack.Runtime.Get("bad"));

        trouble.Code.ShouldBe(FailureCode.ModelMismatch);
        trouble.Message.ShouldContain("bad.onnx");
    }

    [Fact]
    public void A_file_that_was_changed_is_not_opened()
    {
        using var models = new TinyModels();
        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), One);
        File.WriteAllBytes(Path.Combine(models.Folder, "mine.onnx"), TinyModels.Linear([2, 0, 0], [0]).ToBytes());

        Should.Throw<VettingException>(() => models.Stack.Runtime.Get("mine")).Code.ShouldBe(FailureCode.ModelMismatch);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var models = new TinyModels();
        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), One);
        File.Delete(Path.Combine(models.Folder, "mine.onnx"));

        var trouble = Should.Throw<VettingException>(() => models.Stack.Runtime.Get("mine"));

        trouble.Code.ShouldBe(FailureCode.ModelMissing);
        trouble.Message.ShouldContain("mine.onnx");
    }

    [Fact]
    public void A_graph_of_another_shape_is_a_mismatch_that_names_both()
    {
        using var models = new TinyModels();
        models.Add("small", TinyModels.Linear([1, 0, 0], [0]), One, input: TinyModels.Small with { Width = 224, Height = 224 });
        models.Add("gray", TinyModels.Linear([1, 0, 0], [0]), One, input: TinyModels.Small with { Channels = ModelChannels.Gray, Mean = [0], Std = [1] });

        Trouble(models, "small").ShouldContain("[N, 3, 8, 8]");
        Trouble(models, "small").ShouldContain("[N, 3, 224, 224]");
        Trouble(models, "gray").ShouldContain("[N, 1, 8, 8]");
    }

    [Fact]
    public void Wrong_names_and_wrong_numbers_of_outputs_are_mismatches()
    {
        using var models = new TinyModels();
        models.Add("name", TinyModels.Linear([1, 0, 0], [0]), One with { Output = "score" });
        models.Add("tensor", TinyModels.Linear([1, 0, 0], [0]), One, input: TinyModels.Small with { Tensor = "pixels" });
        models.Add("labels", TinyModels.Linear([1, 0, 0], [0]), new LabelsHead { Output = "out", Labels = ["a", "b"] });

        Trouble(models, "name").ShouldContain("'score'");
        Trouble(models, "tensor").ShouldContain("'pixels'");
        Trouble(models, "labels").ShouldContain("1 numbers per item");
    }

    [Fact]
    public void A_graph_that_fails_in_itself_says_why()
    {
        using var models = new TinyModels();
        var graph = TinyModels.Means().Constant("w", [1f, 2f], 2, 1).Node("MatMul", "means w", "out").Output("out", -1, 1);
        models.Add("broken", graph, One);

        Trouble(models, "broken").ShouldContain("broken.onnx");
    }

    [Fact]
    public void One_model_is_loaded_once_for_all()
    {
        using var models = new TinyModels();
        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), One);

        var loaded = new LoadedModel[8];
        Parallel.For(0, loaded.Length, i => loaded[i] = models.Stack.Runtime.Get("mine"));

        loaded.Distinct().Count().ShouldBe(1);
        models.Stack.Runtime.Providers.Keys.ShouldBe(["mine"]);
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("cuda", true)]
    public void Without_a_card_the_processor_computes_and_the_reason_is_kept(string wanted, bool isSecondBest)
    {
        using var models = new TinyModels(new InferenceOptions { Provider = wanted });
        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), One);

        var provider = models.Stack.Runtime.Get("mine").Session.Provider;

        if (provider.Name == OnnxProvider.Cuda)
        {
            Assert.Skip("This machine has a card that works.");
        }

        provider.Name.ShouldBe(OnnxProvider.Cpu);
        provider.IsSecondBest.ShouldBe(isSecondBest);
        provider.Reason.ShouldNotBeNull().ShouldContain("processor");
        HeadSpecs.Measure(models, "mine", Pictures.Flat(16, 16, 51)).ShouldBe([0.2f], 1e-2f);
    }

    [Fact]
    public void Who_asks_for_the_processor_gets_it_without_a_reason()
    {
        using var models = new TinyModels(new InferenceOptions { Provider = "cpu" });
        models.Add("mine", TinyModels.Linear([1, 0, 0], [0]), One);

        models.Stack.Runtime.Get("mine").Session.Provider.ShouldBe(new OnnxProvider(OnnxProvider.Cpu));
    }

    [Fact]
    public void Out_of_memory_halves_the_batch_and_every_frame_is_done_once()
    {
        var batches = new OnnxBatches(16, () => long.MaxValue / 1024);
        var done = new List<(int First, int Count)>();

        batches.Each(40, 1000, (first, count) =>
        {
            if (count > 5)
            {
                throw new InferenceMemoryException("full");
            }

            done.Add((first, count));
        });

        done.SelectMany(d => Enumerable.Range(d.First, d.Count)).ShouldBe(Enumerable.Range(0, 40));
        done.Max(d => d.Count).ShouldBe(4);
        batches.Limit.ShouldBe(4);
    }

    [Fact]
    public void Out_of_memory_with_a_single_frame_is_told_and_nothing_is_left_out_in_silence() =>
        Should.Throw<InferenceMemoryException>(() => new OnnxBatches(8, () => 0).Each(3, 1000, (_, _) => throw new InferenceMemoryException("full")));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1_000_000, 1)]
    [InlineData(1_000_000_000, 15)]
    [InlineData(long.MaxValue / 2, 32)]
    public void The_batch_follows_free_memory_and_frame_size_but_is_never_empty(long free, int expected) =>
        new OnnxBatches(32, () => free).Size(1_000_000).ShouldBe(expected);

    [Theory]
    [InlineData("[ErrorCode:RuntimeException] Failed to allocate memory for requested buffer of size 123", true)]
    [InlineData("CUDA failure 2: out of memory", true)]
    [InlineData("Got invalid dimensions for input", false)]
    public void Allocation_failures_are_told_from_others(string message, bool isMemory) => OnnxSession.IsMemory(new InvalidOperationException(message)).ShouldBe(isMemory);

    private static string Trouble(TinyModels models, string id)
    {
        var trouble = Should.Throw<VettingException>(() => models.Stack.Runtime.Get(id));
        trouble.Code.ShouldBe(FailureCode.ModelMismatch);
        return trouble.Message;
    }
}
