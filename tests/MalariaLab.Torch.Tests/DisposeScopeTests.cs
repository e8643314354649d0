using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

[Collection("live tensors")]
public sealed class DisposeScopeTests
{
    [Fact]
    public void Scope_Ends_FreesWhatWasMadeInIt()
    {
        Tensor kept, gone;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                gone = zeros([2]);
                kept = inner.MoveToOuter(ones([2]));
                Assert.Equal(1, inner.DisposablesCount);
            }
            Assert.True(gone.IsDisposed);
            Assert.False(kept.IsDisposed);
            Assert.Equal(1, outer.DisposablesCount);
        }
        Assert.True(kept.IsDisposed);
    }

    [Fact]
    public void Detach_Tensor_OutlivesEveryScope()
    {
        Tensor free;
        using (var scope = NewDisposeScope())
        {
            free = zeros([2]);
            scope.Detach(free);
        }
        Assert.False(free.IsDisposed);
        free.Dispose();
        Assert.True(free.IsDisposed);
    }

    [Fact]
    public void MoveToOther_Scope_TakesTheTensorOver()
    {
        using var outer = NewDisposeScope();
        using var inner = NewDisposeScope();
        var t = inner.MoveToOther(outer, zeros([1]));

        Assert.Equal((0, 1), (inner.DisposablesCount, outer.DisposablesCount));
        t.Dispose();
        Assert.Equal(0, outer.DisposablesCount);
    }

    [Fact]
    public void DisposeEverythingBut_KeepsTheNamed()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros([1]), zeros([1]));
        scope.DisposeEverythingBut(b);

        Assert.True(a.IsDisposed);
        Assert.False(b.IsDisposed);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Scope_EndedOutOfOrderOrElsewhere_IsRefused()
    {
        using var outer = NewDisposeScope();
        using var inner = NewDisposeScope();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        Exception? elsewhere = null;
        var thread = new Thread(() => elsewhere = Record.Exception(inner.Dispose));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(elsewhere);
    }

    [Fact]
    public void Scope_OfOneThread_DoesNotTakeTensorsOfAnother()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = zeros([1]));
        thread.Start();
        thread.Join();

        Assert.Equal(0, scope.DisposablesCount);
        other!.Dispose();
    }

    [Fact]
    public void LiveTensors_OverAThousandTrainingSteps_StayFlat()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var scope = NewDisposeScope();
        manual_seed(1);
        set_num_threads_of_this_thread(1);
        var net = new SmallNet();
        var images = rand([8, 3, 12, 12]);
        var labels = randint(0, 2, [8, 1]).to(float32);
        var (first, early) = (0f, 0L);
        var last = 0f;
        for (var step = 0; step < 1000; step++)
        {
            using (NewDisposeScope())
            {
                var loss = nn.functional.binary_cross_entropy_with_logits(net.Forward(images), labels);
                loss.backward();
                net.Step(0.05);
                last = loss.item<float>();
            }
            if (step == 0)
                first = last;
            if (step == 10)
                early = Tensor.TotalCount;
        }

        // The collector may meanwhile free what other tests left to it, so the count may fall.
        Assert.InRange(Tensor.TotalCount, 0, early);
        Assert.True(last < first / 2, $"loss went from {first} to {last}");
    }
}

/// <summary>The counter is one for the process: nothing else may make tensors meanwhile.</summary>
[CollectionDefinition("live tensors", DisableParallelization = true)]
public sealed class LiveTensors;
