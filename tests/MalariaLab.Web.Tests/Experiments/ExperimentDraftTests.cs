using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Localisation;
using Xunit;

namespace MalariaLab.Web.Tests.Experiments;

public sealed class ExperimentDraftTests
{
    private static readonly DataSpec Data = new() { DatasetVersionId = 3, SplitId = 5, DatasetHash = new('a', 64), SplitHash = new('b', 64) };

    [Fact]
    public void Form_HasAFieldForEveryValueThatCanBeEdited() =>
        Assert.Equal(SpecField.All.Where(f => f.IsEditable).Select(f => f.Path).Order(), FormSections.All.Select(f => f.Path).Order());

    [Fact]
    public void Deciding_LeavesOutWhatTheChosenRulesIgnore()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        foreach (var (kind, there, away) in new[] { ("adam", "optimizer.beta1", "optimizer.momentum"), ("sgd", "optimizer.momentum", "optimizer.beta1") })
        {
            draft.Set("optimizer.kind", kind);
            var paths = FormSections.Deciding(draft.Spec).SelectMany(g => g).Select(v => v.Path).ToList();
            Assert.Contains(there, paths);
            Assert.Superset(new HashSet<string> { "architecture.key", "schedule.kind", "training.epochs" }, paths.ToHashSet());
            Assert.Equal(draft.Spec.EarlyStopping is not null, paths.Contains("earlyStopping.patience"));
            Assert.DoesNotContain(paths, path => path == away || path is "schedule.patience" or "weights.runId" || path.StartsWith("data.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Form_IsTranslated()
    {
        var chinese = Languages.Of("zh");
        var texts = FormSections.All.Select(f => f.Label).Concat(FormSections.All.Select(f => f.Hint).OfType<string>());
        Assert.All(texts.Where(t => t != "Epsilon"), text => Assert.Contains(text, chinese));
    }

    [Theory]
    [MemberData(nameof(RecipeKeys))]
    public void Recipe_Unchanged_HasNoErrorAndItsOwnSpec(string key)
    {
        var draft = ExperimentDraft.Of(Recipes.Get(key));
        Assert.False(draft.HasData);
        Assert.DoesNotContain(draft.Issues(null, null), i => i.IsError);
        draft.SetData(Data, 2);
        Assert.Equal(SpecJson.Hash(Recipes.Get(key).CreateSpec(Data, 2)), SpecJson.Hash(draft.Spec));
    }

    public static TheoryData<string> RecipeKeys => [.. Recipes.All.Select(r => r.Key)];

    [Fact]
    public void Set_WhatCannotBeRead_StaysAsTypedWithItsSentenceUntilMended()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        draft.Set("training.epochs", "many");
        Assert.Equal("many", draft.Text("training.epochs"));
        Assert.Equal(30, draft.Spec.Training.Epochs);
        var issue = Assert.Single(draft.Issues(null, null), i => i.IsError);
        Assert.Equal("training.epochs", issue.Field);

        draft.Set("training.epochs", "12");
        Assert.Equal(12, draft.Spec.Training.Epochs);
        Assert.Empty(draft.Issues(null, null));
    }

    [Fact]
    public void Issues_OfAGreyNetworkWithoutImages_SayNothingOfTheirColours() =>
        Assert.Empty(ExperimentDraft.Of(Recipes.Get("pneumonia-cnn")).Issues(null, null));

    [Fact]
    public void Set_AValueOutOfRange_IsAnIssueOfThatField()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        draft.Set("optimizer.learningRate", "-1");
        Assert.Equal("optimizer.learningRate", Assert.Single(draft.Issues(null, null), i => i.IsError).Field);
    }

    [Fact]
    public void Text_OfOptionalsAndLists_IsWhatAPersonTypes()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("basic-cnn"));
        Assert.Equal("512,512", draft.Text("architecture.headUnits"));
        Assert.Equal("", draft.Text("weights.runId"));
        Assert.Equal("none", draft.Text("weights.freeze"));
        draft.Set("architecture.headUnits", "64, 32");
        Assert.Equal([64, 32], draft.Spec.Architecture.HeadUnits);
        draft.Set("loss.classWeights", "");
        Assert.Equal(("", 0), (draft.Text("loss.classWeights"), draft.Spec.Loss.ClassWeights.Count));
    }

    [Fact]
    public void Set_AnotherArchitecture_BringsItsOwnSizeAndHead()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("vgg19-finetuned"));
        draft.Set("architecture.headUnits", "x");
        draft.Set("architecture.key", "lenet");
        Assert.Equal((128, "64", FreezeMode.None), (draft.Spec.Architecture.Size, draft.Text("architecture.headUnits"), draft.Spec.Weights.Freeze));
        Assert.Equal(467_026, draft.Graph()!.Count(draft.Spec.Weights).Total);
        Assert.DoesNotContain(draft.Issues(null, null), i => i.IsError);
    }

    [Fact]
    public void StartFrom_ARunOfAnotherFamily_PutsItsBackboneUnderTheHeadAndKeepsItWithAnotherHead()
    {
        var run = Recipes.Get("cellnet").CreateSpec(Data, 2).Architecture;
        var draft = ExperimentDraft.Of(Recipes.Get("pneumonia-cnn-deep"));
        draft.StartFrom(7, run);
        Assert.Equal(("cellnet", "pneumonia-cnn-deep", "7"), (draft.Text("architecture.backbone"), draft.Text("architecture.key"), draft.Text("weights.runId")));
        Assert.Equal(["stage1", "stage2", "stage3", "stage4"], draft.Graph()!.Blocks);
        Assert.DoesNotContain(draft.Issues(null, new() { Runs = [new(7, run, PixelScaling.Unit)] }), i => i.IsError);

        draft.Set("architecture.key", "cellnet");
        draft.StartFrom(7, run);
        Assert.Equal(("", "7"), (draft.Text("architecture.backbone"), draft.Text("weights.runId")));
    }

    [Theory]
    [InlineData("squeezenet", "caffe", "squeezenet,pth,a|squeezenet,h5,b|vgg19,h5,c", "b", "caffe")]
    [InlineData("squeezenet", "caffe", "squeezenet,pth,a", "a", "imageNet")]
    [InlineData("vgg19-frozen", "unit", "vgg19,pth,a", "a", "unit")]
    [InlineData("squeezenet", "caffe", "squeezenet,safetensors,a,run", "", "caffe")]
    [InlineData("squeezenet", "caffe", "vgg19,h5,c", "", "caffe")]
    [InlineData("cellnet", "unit", "cellnet,safetensors,c", "", "unit")]
    public void StartFromImageNet_TakesTheFileThatFitsTheRecipe(string recipe, string before, string files, string chosen, string after)
    {
        var draft = ExperimentDraft.Of(Recipes.Get(recipe));
        Assert.Equal(before, draft.Text("preprocessing.scaling"));
        draft.StartFromImageNet([.. files.Split('|').Select(f => f.Split(',')).Select(f => new KnownWeights(f[2], f[0], f[1], f.Length > 3))]);
        Assert.Equal((chosen, after), (draft.Text("weights.fileSha256"), draft.Text("preprocessing.scaling")));
        Assert.Equal(chosen.Length > 0 ? WeightsSource.File : WeightsSource.Random, draft.Spec.Weights.Source);
    }

    [Fact]
    public void SetData_WithThreeClasses_EndsInSoftmaxAndKeepsTheRest()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("basic-cnn"));
        draft.Set("training.epochs", "3");
        draft.SetData(Data, 3);
        Assert.Equal((OutputUnit.Softmax, 3, true), (draft.Spec.Architecture.Output, draft.Spec.Training.Epochs, draft.HasData));
        Assert.Equal(3, draft.Graph()!.Layers[^1].Shape.Channels);
        draft.ClearData();
        Assert.False(draft.HasData);
    }

    [Fact]
    public void EarlyStopping_SwitchedOffAndOn_ForgetsWhatCouldNotBeRead()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("pneumonia-cnn"));
        Assert.NotNull(draft.Spec.EarlyStopping);
        draft.Set("earlyStopping.patience", "?");
        draft.SetEarlyStopping(false);
        Assert.Null(draft.Spec.EarlyStopping);
        Assert.DoesNotContain(draft.Issues(null, null), i => i.IsError);
        draft.SetEarlyStopping(true);
        Assert.Equal(5, draft.Spec.EarlyStopping!.Patience);
    }

    [Fact]
    public void Graph_WhileTheSizeIsImpossible_IsNullAndTheIssueNamesTheField()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        draft.Set("architecture.size", "4");
        Assert.Null(draft.Graph());
        Assert.Contains(draft.Issues(null, null), i => i is { IsError: true, Field: "architecture.size" });
    }

    [Fact]
    public void Issues_OfALeakingSplit_SaySo()
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        draft.SetData(Data, 2);
        var facts = new DatasetFacts { Classes = ["a", "b"], Train = [500, 500], Validation = [100, 100], Test = [100, 100], LeakedGroups = 113 };
        var issue = Assert.Single(draft.Issues(facts, null));
        Assert.False(issue.IsError);
        Assert.Contains("113 patients", issue.Message);
    }
}
