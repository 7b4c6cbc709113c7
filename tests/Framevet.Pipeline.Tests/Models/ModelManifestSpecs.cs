using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Models;

public sealed class ModelManifestSpecs
{
    private const string Sound = """
        {
          "id": "tiny", "task": "aesthetic", "title": "Tiny",
          "files": [{ "name": "tiny.onnx", "bytes": 12, "sha256": "2b3274977a071ccc210701cce7e23b78c083335e490d00e27a9f7c5dee66487e", "url": "https://example.org/abc123/tiny.onnx" }],
          "licence": { "id": "MIT", "allows": "Anything." },
          "origin": { "repository": "example/tiny", "revision": "abc123" },
          "input": { "width": 4, "height": 4 },
          "head": { "output": "scores", "kind": "labels", "labels": ["good", "bad"] },
          "moderation": { "good": "clean", "bad": "nudity" }
        }
        """;

    [Fact]
    public void The_shipped_manifest_is_sound_and_names_every_model_once()
    {
        var entries = Catalog().Entries;

        entries.Length.ShouldBeGreaterThan(30);
        entries.Select(e => e.Id).ShouldBeUnique();
        entries.ShouldAllBe(e => !e.IsOwn && e.Licence.Allows.EndsWith('.'));
    }

    [Fact]
    public void A_licence_that_takes_something_from_its_user_must_be_accepted()
    {
        var entries = Catalog().Entries;

        entries.Where(e => e.Licence.Id.Contains("GPL") || e.Licence.Id.Contains("non-commercial") || e.Licence.Id.Contains("research")).ShouldAllBe(e => e.Licence.NeedsAcceptance);
        entries.Where(e => e.Licence.NeedsAcceptance).ShouldNotBeEmpty();
    }

    [Fact]
    public void The_manifest_gives_sizes_hashes_and_normalisations_as_the_sidecars_of_the_weights_do()
    {
        var folder = Path.GetDirectoryName(TestModels.Path("nima_mobilenet_aesthetic.json"))!;

        var known = Catalog().Entries.Where(e => e.Evidence == ModelEvidence.Computed).SelectMany(e => e.Files.Select(f => (Entry: e, File: f))).ToDictionary(p => p.File.Name);
        foreach (var path in Directory.EnumerateFiles(folder, "*.onnx").Concat(Directory.EnumerateFiles(Path.Combine(folder, "compact"), "*.onnx")))
        {
            var name = Path.GetRelativePath(folder, path);
            var sidecar = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(path, ".json")))!;
            known.ShouldContainKey(name);
            var (entry, file) = known[name];
            file.Sha256.ShouldBe((string)sidecar["sha256"]!, name);
            file.Bytes.ShouldBe((long)sidecar["bytes"]!, name);
            file.Sha256.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))), name);
            InputShouldBe(entry, sidecar["inputs"]!.AsObject().Single());
        }
    }

    [Fact]
    public void An_entry_reads_as_written_and_writes_as_read()
    {
        var entry = ModelManifest.ParseEntry(Encoding.UTF8.GetBytes(Sound), "own/tiny.json");

        entry.Head.ShouldBeOfType<LabelsHead>().Labels.ShouldBe(["good", "bad"]);
        ModelManifest.Write(ModelManifest.ParseEntry(ModelManifest.Write(entry), "again")).ShouldBe(ModelManifest.Write(entry));
    }

    [Theory]
    [InlineData("\"width\": 4", "\"widht\": 4", "input.widht: The JSON property 'widht' could not be mapped")]
    [InlineData("\"kind\": \"labels\"", "\"kind\": \"lables\"", "head")]
    [InlineData("\"id\": \"tiny\", ", "\"id\": \"Tiny One\", ", "id: must be of lower-case letters")]
    [InlineData("\"tiny.onnx\",", "\"../tiny.onnx\",", "files[0].name: '../tiny.onnx' is no relative path")]
    [InlineData("2b3274977a07", "2B3274977A07", "files[0].sha256: must be 64 lower-case hex digits")]
    [InlineData("\"bytes\": 12", "\"bytes\": 0", "files[0].bytes: must be positive")]
    [InlineData("https://example.org/abc123", "https://example.org/resolve/main", "files[0].url: names a branch")]
    [InlineData("https://example.org/abc123", "file:///etc", "files[0].url: 'file:///etc/tiny.onnx' is no HTTP or HTTPS address")]
    [InlineData("\"bad\": \"nudity\"", "\"worse\": \"nudity\"", "moderation: the head gives no label 'worse'")]
    [InlineData("\"bad\": \"nudity\"", "\"bad\": \"nakedness\"", "moderation.bad: our taxonomy has no label 'nakedness'")]
    [InlineData("\"height\": 4", "\"height\": 4, \"mean\": [1]", "input: mean and std need 3 values each")]
    [InlineData("\"height\": 4", "\"height\": 4, \"height\": 5", "it is no JSON: Duplicate property 'height'")]
    [InlineData("\"title\": \"Tiny\",", "", "missing required properties including: 'title'")]
    [InlineData("[\"good\", \"bad\"]", "[\"good\", \"good\"]", "head.labels: 'good' is named twice")]
    public void A_faulty_entry_is_refused_with_the_name_of_the_file_and_the_entry(string sound, string faulty, string told)
    {
        Sound.ShouldContain(sound);

        var trouble = Should.Throw<VettingException>(() => ModelManifest.ParseEntry(Encoding.UTF8.GetBytes(Sound.Replace(sound, faulty, StringComparison.Ordinal)), "own/tiny.json"));

        trouble.Code.ShouldBe(FailureCode.InvalidRequest);
        trouble.Message.ShouldStartWith("own/tiny.json: ");
        trouble.Message.ShouldContain(told);
    }

    [Fact]
    public void A_fault_in_a_list_names_the_entry_by_id_and_place()
    {
        var list = $$"""{ "models": [{{Sound}}, {{Sound.Replace("\"width\": 4", "\"width\": -4", StringComparison.Ordinal)}}] }""";

        var trouble = Should.Throw<VettingException>(() => ModelManifest.Parse(Encoding.UTF8.GetBytes(list), "models/manifest.json"));

        trouble.Message.ShouldStartWith("models/manifest.json: entry 'tiny' (models[1]): input: sizes must be positive");
    }

    private static ModelCatalog Catalog() => new(Options.Create(new ModelsOptions { Folder = Path.Combine(Path.GetTempPath(), "framevet-no-such-folder") }));

    private static void InputShouldBe(ModelEntry entry, KeyValuePair<string, JsonNode?> sidecar)
    {
        var (input, name) = (entry.Input.ShouldNotBeNull(entry.Id), entry.Id);
        input.Tensor.ShouldBe(sidecar.Key, name);
        if (sidecar.Value!["normalisation"] is not { } normal)
        {
            input.Length.ShouldBe((int?)sidecar.Value["shape"]![1], name);
            return;
        }

        ((double)normal["scale"]!).ShouldBe(input.Scale, 1e-9, name);
        Numbers(normal["mean"]!).ShouldBe(input.Mean, 1e-9, name);
        Numbers(normal["std"]!).ShouldBe(input.Std, 1e-9, name);
        ((string)sidecar.Value["layout"]!).ShouldBe(input.Layout.ToString().ToUpperInvariant(), name);
        ((string)sidecar.Value["channels"]!).ShouldStartWith(input.Channels == ModelChannels.Gray ? "grey" : input.Channels.ToString().ToUpperInvariant());
        if (input.Width is not null)
        {
            input.Width.ShouldBe((int)sidecar.Value["width"]!, name);
            input.Height.ShouldBe((int)sidecar.Value["height"]!, name);
        }
    }

    private static IEnumerable<double> Numbers(JsonNode list) => list.AsArray().Select(n => n!.GetValue<JsonElement>().GetDouble());
}
