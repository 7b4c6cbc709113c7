using Framevet.Pipeline.Subtitles;

namespace Framevet.Pipeline.Tests.Subtitles;

public sealed class PorterStemmerSpecs
{
    /// <summary>The examples that the paper prints beside the rules of a step, where no later step changes the word further, and words followed through all steps by hand.</summary>
    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("ties", "ti")]
    [InlineData("caress", "caress")]
    [InlineData("cats", "cat")]
    [InlineData("feed", "feed")]
    [InlineData("agreed", "agre")]
    [InlineData("plastered", "plaster")]
    [InlineData("bled", "bled")]
    [InlineData("motoring", "motor")]
    [InlineData("sing", "sing")]
    [InlineData("conflated", "conflat")]
    [InlineData("troubled", "troubl")]
    [InlineData("sized", "size")]
    [InlineData("hopping", "hop")]
    [InlineData("tanned", "tan")]
    [InlineData("falling", "fall")]
    [InlineData("hissing", "hiss")]
    [InlineData("fizzed", "fizz")]
    [InlineData("failing", "fail")]
    [InlineData("filing", "file")]
    [InlineData("happy", "happi")]
    [InlineData("sky", "sky")]
    [InlineData("relational", "relat")]
    [InlineData("conditional", "condit")]
    [InlineData("rational", "ration")]
    [InlineData("valenci", "valenc")]
    [InlineData("hesitanci", "hesit")]
    [InlineData("digitizer", "digit")]
    [InlineData("conformabli", "conform")]
    [InlineData("radicalli", "radic")]
    [InlineData("differentli", "differ")]
    [InlineData("vileli", "vile")]
    [InlineData("analogousli", "analog")]
    [InlineData("vietnamization", "vietnam")]
    [InlineData("predication", "predic")]
    [InlineData("operator", "oper")]
    [InlineData("feudalism", "feudal")]
    [InlineData("decisiveness", "decis")]
    [InlineData("hopefulness", "hope")]
    [InlineData("callousness", "callous")]
    [InlineData("formaliti", "formal")]
    [InlineData("sensitiviti", "sensit")]
    [InlineData("sensibiliti", "sensibl")]
    [InlineData("triplicate", "triplic")]
    [InlineData("formative", "form")]
    [InlineData("formalize", "formal")]
    [InlineData("electriciti", "electr")]
    [InlineData("electrical", "electr")]
    [InlineData("hopeful", "hope")]
    [InlineData("goodness", "good")]
    [InlineData("revival", "reviv")]
    [InlineData("allowance", "allow")]
    [InlineData("inference", "infer")]
    [InlineData("airliner", "airlin")]
    [InlineData("gyroscopic", "gyroscop")]
    [InlineData("adjustable", "adjust")]
    [InlineData("defensible", "defens")]
    [InlineData("irritant", "irrit")]
    [InlineData("replacement", "replac")]
    [InlineData("adjustment", "adjust")]
    [InlineData("dependent", "depend")]
    [InlineData("adoption", "adopt")]
    [InlineData("homologou", "homolog")]
    [InlineData("communism", "commun")]
    [InlineData("activate", "activ")]
    [InlineData("angulariti", "angular")]
    [InlineData("homologous", "homolog")]
    [InlineData("effective", "effect")]
    [InlineData("bowdlerize", "bowdler")]
    [InlineData("probate", "probat")]
    [InlineData("rate", "rate")]
    [InlineData("cease", "ceas")]
    [InlineData("controll", "control")]
    [InlineData("roll", "roll")]
    [InlineData("generalizations", "gener")]
    [InlineData("oscillators", "oscil")]
    public void A_word_loses_its_endings_as_in_the_paper(string word, string stem) => PorterStemmer.Stem(word).ShouldBe(stem);

    [Theory]
    [InlineData("connect", "connected", "connecting", "connection", "connections")]
    [InlineData("relate", "relates", "related", "relating", "relatively")]
    public void Forms_of_a_word_meet_in_one_stem(params string[] forms) => forms.Take(4).Select(PorterStemmer.Stem).Distinct().Count().ShouldBe(1);

    [Theory]
    [InlineData("is")]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("mp4s")]
    [InlineData("straße")]
    public void Short_words_and_words_with_other_letters_stay(string word) => PorterStemmer.Stem(word).ShouldBe(word);

    [Fact]
    public void No_word_makes_it_fail_or_grow_by_more_than_a_letter()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var word = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => "aeiouybcdlnrstz"[random.Next(15)]));

            var stem = PorterStemmer.Stem(word);

            stem.Length.ShouldBeInRange(1, word.Length, word);
        }
    }
}
